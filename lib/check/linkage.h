/* SPDX-License-Identifier: MIT */
/* One ELF file with what ld.so loads for it: libraries, versions, symbols. A part of
 * check/closure. */
#ifndef BUSYPY_CHECK_LINKAGE_H
#define BUSYPY_CHECK_LINKAGE_H

#include <stdbool.h>

struct closure_request;
struct elf_ldso;
struct findings;
struct link_map;
struct link_object;
struct sysroot;

/* What the files of one runtime are checked with. */
struct linkage {
	const struct closure_request *request;
	const struct sysroot *root;
	struct elf_ldso *ldso;
	struct link_map *map;
	struct link_object *interpreter; /* python3; NULL if there is none that can be read */
	struct findings *findings;
};

/* Reports what the file would lack when it is loaded, and tells request->resolved what it gets.
 * 0, or -ENOMEM, ... */
int linkage_check(const struct linkage *linkage, struct link_object *object);

/* The Python that opens a file: the one whose folder or tag it has, else python3. */
struct link_object *linkage_interpreter(const struct linkage *linkage,
					const struct link_object *object);

/* True if it can be read and is for the runtime's arch. */
bool linkage_is_usable(const struct link_object *object);

/* True if it is executed, and not only loaded. */
bool linkage_is_program(const struct link_object *object);

#endif
