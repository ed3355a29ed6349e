/* SPDX-License-Identifier: MIT */
/* What a link map is made of. Only for the files of elf/link_map.h. */
#ifndef BUSYPY_ELF_LINK_MAP_OWN_H
#define BUSYPY_ELF_LINK_MAP_OWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf_ldso;
struct elf_symbol;
struct link_load;
struct link_object;

enum { BUCKETS = 32 * 1024 /* a runtime has some 25,000 symbols */ };

/* One definition of a symbol. */
struct definition {
	const struct elf_symbol *symbol;
	const struct link_object *object;
	uint32_t next; /* index + 1 in the same bucket */
};

/* All definitions, found by the hash of the name. */
struct definitions {
	struct definition *all;
	size_t n, room;
	uint32_t *buckets; /* index + 1 of the newest in each, or 0 */
	bool unversioned;  /* some are of files that have no versions */
};

struct link_map {
	struct elf_ldso *ldso;
	struct link_object **objects;
	size_t n, room;
	/* what the default directories have for a name; borrowed from who needed it first */
	struct known {
		const char *name;
		struct link_object *object; /* or NULL */
		char *at;
		const char *refused;
	} * known;
	size_t n_known, room_known;
	struct definitions defined;
	struct link_object *loader; /* NULL until a name may be ld.so's */
	char **kept;		    /* names to preload */
	size_t n_kept, room_kept;
};

/* The place of an object, or of another that is the same file; load->n if it is not loaded. */
size_t link_load_place(const struct link_load *load, const struct link_object *object);

/* Two paths may lead to one file. */
bool link_object_is(const struct link_object *a, const struct link_object *b);

#endif
