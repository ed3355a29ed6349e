/* SPDX-License-Identifier: MIT */
/* What is in a directory that is to be added: scripts, Python, ELF files and for whom. */
#ifndef BUSYPY_ADD_CONTENT_H
#define BUSYPY_ADD_CONTENT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/path_size.h"

struct add;
struct arch;
struct elf_dynamic;
struct err;

struct add_content {
	size_t n_scripts;	 /* directly in it: files that begin with "#!" */
	bool other;		 /* directly in it: what is no script */
	bool init;		 /* it has __init__.py */
	bool main;		 /* it has __main__.py */
	bool python;		 /* some .py below it */
	const struct arch *arch; /* of the ELF files below it; NULL for none */
	int minor;		 /* of Python, as their names say: 11; 0 where none says it */
	char elf[PATH_SIZE];	 /* the file that told arch or minor */
};

/* Looks at everything below the open directory dir (path is for sentences) but hidden names and
 * __pycache__. -ENOEXEC for ELF files of several archs or Pythons, or of an unknown arch. */
int add_content_look(int dir, const char *path, struct add_content *ret, struct err *err);

/* The index of the runtime that ELF files of arch, at or below path, go to, if that is what was
 * asked for and its Python imports files whose names have this minor; -ENOENT, -EINVAL, -ENOEXEC
 * with a sentence. */
int add_content_runtime(const struct add *add, const char *path, const struct arch *arch, int minor,
			struct err *err);

/* The arch of an ELF file. -ENOEXEC with a sentence that names path. */
int add_content_arch(const char *path, const struct elf_dynamic *file, const struct arch **ret,
		     struct err *err);

/* The first SHEBANG_READ bytes of an open file. */
int add_content_head(int fd, const char *path, char *bytes, size_t *ret_n, struct err *err);

/* True if a file that begins so is an ELF file. */
bool add_content_is_elf(const char *bytes, size_t n);

#endif
