/* SPDX-License-Identifier: MIT */
/* The set of all libraries that files need, for those who copy them: elf/search finds each. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/sysroot.h"
#include "core/err.h"
#include "core/str.h"
#include "elf/dynamic.h"
#include "elf/ldso.h"
#include "elf/search.h"
#include "sys/fd.h"

enum { CHAIN_MAX = 64 /* who needs whom and has directories; beyond, none is inherited */ };

/* What is added: for which ld.so, to which set, by which program. */
struct adding {
	struct elf_ldso *ldso;
	struct elf_libraries *set;
	const struct elf_dynamic *program;
	const char *path; /* of the program */
};

void elf_libraries_free(struct elf_libraries *set)
{
	for (size_t i = 0; i < set->n_libs; i++) {
		free(set->libs[i].name);
		free(set->libs[i].path);
		free(set->libs[i].real);
		if (set->libs[i].file)
			elf_dynamic_free(set->libs[i].file);
		free(set->libs[i].file);
	}
	free(set->libs);
	memset(set, 0, sizeof(*set));
}

static bool known(const struct elf_libraries *set, const char *name)
{
	for (size_t i = 0; i < set->n_libs; i++) {
		if (str_eq(set->libs[i].name, name))
			return true;
	}
	return false;
}

static int append(struct elf_libraries *set, const char *name, const struct elf_found *found,
		  size_t by, struct err *err)
{
	struct elf_library *lib;

	if (array_reserve(&set->libs, &set->room, set->n_libs + 1, sizeof(*set->libs)) < 0)
		return err_set(err, ENOMEM, "cannot list the libraries");
	lib = &set->libs[set->n_libs];
	*lib = (struct elf_library){ .name = strdup(name),
				     .path = strdup(found->path),
				     .real = strdup(found->real),
				     .dev = found->dev,
				     .ino = found->ino,
				     .by = by };
	set->n_libs++; /* counted at once: elf_libraries_free takes NULLs */
	if (!lib->name || !lib->path || !lib->real)
		return err_set(err, ENOMEM, "cannot list the libraries");
	return 0;
}

int elf_libraries_know(struct elf_libraries *set, const char *name, struct err *err)
{
	const struct elf_found nowhere = { 0 };

	return known(set, name) ? 0 : append(set, name, &nowhere, 0, err);
}

/* Who needs what library i of the set needs, those who need that and have directories, and the
 * program; 0 is the program, i + 1 the library. */
static void make_chain(const struct adding *adding, size_t i, struct elf_search_by *chain)
{
	for (size_t n = 0;;) {
		const struct elf_library *lib = i ? &adding->set->libs[i - 1] : NULL;
		const struct elf_dynamic *file = lib ? lib->file : adding->program;

		if (!n || !lib || ((file->rpath || file->runpath) && n < CHAIN_MAX - 1)) {
			if (n)
				chain[n - 1].parent = &chain[n];
			chain[n++] =
				(struct elf_search_by){ .file = file,
							.path = lib ? lib->path : adding->path };
		}
		if (!lib)
			return;
		i = lib->by; /* came before it */
	}
}

/* By the ld.so, then by those below it, each with all its directories. */
static bool find(struct elf_ldso *ldso, const char *name, const struct elf_search_by *by,
		 struct elf_found *ret)
{
	for (; ldso; ldso = ldso->below) {
		if (elf_search_find(ldso, name, by, ret))
			return true;
	}
	return false;
}

static const char *path_of(const struct adding *adding, size_t i)
{
	return i ? adding->set->libs[i - 1].path : adding->path;
}

/* Adds one name that i needs; optional: it may be missing. */
static int add_name(const struct adding *adding, size_t i, const char *name, bool optional,
		    struct err *err)
{
	struct elf_search_by chain[CHAIN_MAX];
	char expanded[PATH_SIZE];
	struct elf_found found;

	if (!adding->ldso->musl && strchr(name, '$') &&
	    elf_search_expand(adding->ldso, name, path_of(adding, i), expanded) == 0)
		name = expanded;
	if (known(adding->set, name) || (adding->ldso->musl && elf_search_in_musl(name)))
		return 0;
	make_chain(adding, i, chain);
	if (!find(adding->ldso, name, chain, &found))
		return optional ? 0
				: err_say(err, ENOENT, "%s, which %s needs, is missing", name,
					  path_of(adding, i));
	if (found.refused)
		return err_say(err, ENOEXEC, "%s, which %s needs, is %s: %s", name,
			       path_of(adding, i), found.path, found.refused);
	return append(adding->set, name, &found, i, err);
}

static int add_needed(const struct adding *adding, size_t i, const struct elf_dynamic *file,
		      struct err *err)
{
	int r = 0;

	for (size_t k = 0; r == 0 && k < file->n_needed; k++)
		r = add_name(adding, i, file->needed[k], false, err);
	for (size_t k = 0; r == 0 && !adding->ldso->musl && k < file->n_filters; k++)
		r = add_name(adding, i, file->filters[k].name, file->filters[k].optional, err);
	return r;
}

/* Opens a path of the sysroot, or of one below it. */
static int open_path(const struct elf_ldso *ldso, const char *path, char *ret_canonical,
		     char *ret_real, struct err *err)
{
	const struct elf_ldso *in = ldso;
	int fd, r = sysroot_canonical(in->root, path, ret_canonical);

	while (r < 0 && in->below) {
		in = in->below;
		r = sysroot_canonical(in->root, path, ret_canonical);
	}
	if (r < 0)
		return err_set(err, -r, "cannot find %s", path);
	fd = sysroot_open(in->root, ret_canonical, ret_real);
	return fd < 0 ? err_set(err, -fd, "cannot open %s", path) : fd;
}

/* Reads library i of the set, if it still is what was found. */
static int read_library(const struct adding *adding, size_t i, struct err *err)
{
	struct elf_library *lib = &adding->set->libs[i];
	char canonical[PATH_SIZE], real[PATH_SIZE];
	struct stat st;
	FD_CLEANUP int fd = open_path(adding->ldso, lib->path, canonical, real, err);

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return err_set(err, errno, "cannot open %s", lib->path);
	if (st.st_dev != lib->dev || st.st_ino != lib->ino)
		return err_say(err, EAGAIN, "%s has changed while it was looked at", real);
	lib->file = calloc(1, sizeof(*lib->file));
	if (!lib->file)
		return err_set(err, ENOMEM, "cannot list the libraries");
	return elf_dynamic_read_open(fd, real, lib->file, err);
}

/* The list is its own queue: what is appended is visited in turn. */
static int add_all(const struct adding *adding, struct err *err)
{
	size_t next = adding->set->n_libs;
	int r = add_needed(adding, 0, adding->program, err);

	for (; r == 0 && next < adding->set->n_libs; next++) {
		r = read_library(adding, next, err);
		if (r == 0)
			r = add_needed(adding, next + 1, adding->set->libs[next].file, err);
	}
	return r;
}

int elf_search_add_open(struct elf_ldso *ldso, int fd, const char *path, struct elf_libraries *set,
			struct err *err)
{
	ELF_DYNAMIC_CLEANUP struct elf_dynamic file = { 0 };
	const struct adding adding = { .ldso = ldso, .set = set, .program = &file, .path = path };
	int r = elf_dynamic_read_open(fd, path, &file, err);

	return r < 0 ? r : add_all(&adding, err);
}

int elf_search_add(struct elf_ldso *ldso, const char *path, struct elf_libraries *set,
		   struct err *err)
{
	char canonical[PATH_SIZE], real[PATH_SIZE];
	FD_CLEANUP int fd = open_path(ldso, path, canonical, real, err);

	return fd < 0 ? fd : elf_search_add_open(ldso, fd, canonical, set, err);
}

int elf_search_add_name(struct elf_ldso *ldso, const char *name, struct elf_libraries *set,
			struct err *err)
{
	const struct elf_dynamic nobody = { 0 };
	struct elf_found found;
	int r;

	if (known(set, name))
		return 1;
	if (!elf_search_find(ldso, name, &(struct elf_search_by){ .file = &nobody, .path = "/" },
			     &found) ||
	    found.refused)
		return 0;
	r = append(set, name, &found, 0, err);
	return r < 0 ? r : 1;
}
