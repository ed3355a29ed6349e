/* SPDX-License-Identifier: MIT */
/* The libraries that programs need, found inside a sysroot as its own ld.so would find them. */
#ifndef BUSYPY_ELF_SEARCH_H
#define BUSYPY_ELF_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/path_size.h"

struct elf_dynamic;
struct elf_ldso;
struct err;

/* Who needs a library, who needed that one, and so on up to the program. */
struct elf_search_by {
	const struct elf_dynamic *file;
	const char *path; /* absolute, in the sysroot: of a library as it was found */
	const struct elf_search_by *parent;
};

/* What ld.so takes for a library. */
struct elf_found {
	char path[PATH_SIZE]; /* absolute, in the sysroot, as ld.so names it: not canonical */
	char real[PATH_SIZE]; /* on this machine, without links */
	const char *refused;  /* why ld.so ends at that file; NULL if it does not. Static storage */
	uint64_t dev, ino;
};

/* Where ld.so finds one library: 1; 0 if nowhere. A file that is not for this arch is passed over
 * by glibc's, and one that is no ELF file at all is where the search ends. */
int elf_search_find(struct elf_ldso *ldso, const char *name, const struct elf_search_by *by,
		    struct elf_found *ret);

/* A name with what its tokens stand for, in a file that was found at by. -ENOENT if ld.so gives it
 * up; -E2BIG. glibc's. */
int elf_search_expand(const struct elf_ldso *ldso, const char *name, const char *by,
		      char ret[PATH_SIZE]);

/* True for the names that musl's ld.so takes for itself: libc, libm, ... */
bool elf_search_in_musl(const char *name);

struct elf_library {
	char *name;		  /* as DT_NEEDED says it */
	char *path;		  /* absolute, inside the sysroot */
	char *real;		  /* on this machine, without links */
	uint64_t dev, ino;	  /* of the file that was looked at */
	struct elf_dynamic *file; /* NULL until it has been read */
	size_t by;		  /* index of who needed it first, plus one; 0 for the program */
};

/* A set of libraries in the order in which they were found. Initialise with { 0 }. */
struct elf_libraries {
	struct elf_library *libs;
	size_t n_libs, room;
};

/* Adds what an ELF file at an absolute path of the sysroot needs, and what that needs in turn. Each
 * library is searched for by ldso, then by the one below it. Returns 0; -ENOENT naming the missing
 * library and who needs it; -EAGAIN if a library is another file now than when it was found;
 * -ENOEXEC, -ENOMEM, ... What was added before a failure stays. */
int elf_search_add(struct elf_ldso *ldso, const char *path, struct elf_libraries *set,
		   struct err *err);

/* The same of an open file, which stands for the one at that path, canonical, of the sysroot. */
int elf_search_add_open(struct elf_ldso *ldso, int fd, const char *path, struct elf_libraries *set,
			struct err *err);

/* Adds one library by its name (a soname), if ld.so has it without being told where. 1 if it has.
 */
int elf_search_add_name(struct elf_ldso *ldso, const char *name, struct elf_libraries *set,
			struct err *err);

/* Adds the name of one that is there already, with all that it needs: it is not searched for. */
int elf_libraries_know(struct elf_libraries *set, const char *name, struct err *err);

void elf_libraries_free(struct elf_libraries *set);

/* Frees a set when its scope ends: ELF_LIBRARIES_CLEANUP struct elf_libraries set = { 0 }; */
#define ELF_LIBRARIES_CLEANUP __attribute__((cleanup(elf_libraries_free)))

#endif
