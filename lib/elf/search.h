/* SPDX-License-Identifier: MIT */
/* The libraries that programs need, found inside a sysroot as its own ld.so would find them. */
#ifndef BUSYPY_ELF_SEARCH_H
#define BUSYPY_ELF_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arch;
struct elf_dynamic;
struct err;
struct sysroot;

struct elf_library {
	char *name;	   /* as DT_NEEDED says it */
	char *path;	   /* absolute, inside the sysroot */
	char *real;	   /* on this machine, without links */
	uint64_t dev, ino; /* of the file that was looked at */
};

/* A set of libraries in the order in which they were found. Initialise with { 0 }. */
struct elf_libraries {
	struct elf_library *libs;
	size_t n_libs, room;
};

/* Adds what an ELF file at an absolute path of the sysroot needs, and what that needs in turn. Each
 * library is searched for in all directories of the sysroot, then in those of the one below it.
 * musl: the ld.so is musl's, which holds libc, libm, ... itself. Returns 0; -ENOENT naming
 * the missing library and who needs it; -EAGAIN if a library is another file now than when it was
 * found; -ENOEXEC, -ENOMEM, ... What was added before a failure stays. */
int elf_search_add(const struct sysroot *root, const struct arch *arch, const char *path, bool musl,
		   struct elf_libraries *set, struct err *err);

/* The same of an open file, which stands for the one at that path, canonical, of the sysroot. */
int elf_search_add_open(const struct sysroot *root, const struct arch *arch, int fd,
			const char *path, bool musl, struct elf_libraries *set, struct err *err);

/* Adds one library by its name (a soname), if the default directories have it. 1 if they have. */
int elf_search_add_name(const struct sysroot *root, const struct arch *arch, const char *name,
			struct elf_libraries *set, struct err *err);

void elf_libraries_free(struct elf_libraries *set);

/* Frees a set when its scope ends: ELF_LIBRARIES_CLEANUP struct elf_libraries set = { 0 }; */
#define ELF_LIBRARIES_CLEANUP __attribute__((cleanup(elf_libraries_free)))

/* Who needs a library, who needed that one, and so on up to the program. */
struct elf_search_by {
	const struct elf_dynamic *file;
	const char *path; /* canonical, inside the sysroot */
	const struct elf_search_by *parent;
};

/* Where ld.so finds one library: an absolute path inside the sysroot, not canonical. A file that
 * is not for this arch is passed over. */
bool elf_search_find(const struct sysroot *root, const struct arch *arch, const char *name,
		     const struct elf_search_by *by, bool musl, char *ret_path);

/* True for the names that musl's ld.so takes for itself: libc, libm, ... */
bool elf_search_in_musl(const char *name);

/* True if an ld.so of this name is musl's. */
bool elf_search_is_musl(const char *ldso);

#endif
