/* SPDX-License-Identifier: MIT */
/* One ld.so and how it searches: what it was built for, the machine, the caller's environment. */
#ifndef BUSYPY_ELF_LDSO_H
#define BUSYPY_ELF_LDSO_H

#include <stdbool.h>
#include <stddef.h>

struct arch;
struct ldso_build;
struct ldso_machine;
struct sysroot;

enum { ELF_LDSO_DIRS = 64 };

/* Set what is borrowed after elf_ldso_open; the rest is the module's. */
struct elf_ldso {
	const struct sysroot *root;
	const struct arch *arch;
	const char *path; /* PT_INTERP, or "" if it is not known: borrowed */
	bool musl;

	const char *library_path; /* LD_LIBRARY_PATH, LD_PRELOAD, or NULL: borrowed */
	const char *preload;
	bool bind_now;	 /* LD_BIND_NOW */
	bool secure;	 /* the program is set-id */
	const char *cwd; /* where relative paths begin; NULL is "/": borrowed */
	/* whose subdirectories are searched; NULL for what every machine has: borrowed */
	const struct ldso_machine *machine;
	/* another one, which is asked where this one finds nothing, or NULL: borrowed */
	struct elf_ldso *below;

	struct ldso_build *build; /* NULL for musl's */
	char *cache;
	size_t cache_size; /* bytes */
	char *preload_file;
	char *musl_path; /* of its ld-musl-ARCH.path, or NULL */
	struct elf_ldso_dir {
		char *path;
		unsigned has; /* bit i: the i-th first name of a subdirectory is there */
	} dirs[ELF_LDSO_DIRS];
	size_t n_dirs;
};

/* Reads the ld.so at a path of the sysroot, and its cache and lists there. A path of "" or one
 * where none is found is one of glibc whose directories are guessed; musl says that it is musl's
 * all the same. -ENOMEM. Call elf_ldso_close afterwards. */
int elf_ldso_open(struct elf_ldso *ldso, const struct sysroot *root, const struct arch *arch,
		  const char *path);
void elf_ldso_close(struct elf_ldso *ldso);

/* Closes when its scope ends: ELF_LDSO_CLEANUP struct elf_ldso ldso = { 0 }; */
#define ELF_LDSO_CLEANUP __attribute__((cleanup(elf_ldso_close)))

/* True if an ld.so of this name is musl's. */
bool elf_ldso_is_musl(const char *path);

/* The next directory, with a slash at its end, that glibc's ld.so searches by itself, from NULL on;
 * NULL behind the last. */
const char *elf_ldso_system_dir(const struct elf_ldso *ldso, const char *last);

/* The number i of the directories in which ld.so looks instead of dir, best first and dir itself
 * last: 1 and its path; 0 if it has nothing there; -ENOENT behind the last. */
int elf_ldso_subdir(struct elf_ldso *ldso, const char *dir, size_t i, char *ret_path);

#endif
