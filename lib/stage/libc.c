/* SPDX-License-Identifier: MIT */
/* Collects what is needed by name, and closes over it in the other sysroot. */
#include "stage/libc.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/exact.h"
#include "base/files.h"
#include "base/sysroot.h"
#include "base/walk.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "elf/dynamic.h"
#include "elf/ldso.h"
#include "elf/search.h"
#include "stage/copy.h"

struct libc {
	const char *dir, *from_name;
	const struct arch *arch;
	const struct sysroot *from;
	struct elf_ldso ldso;
	struct elf_libraries libs;
};

/* True if the Python brought it along. */
static bool is_own(const struct libc *libc, const char *name)
{
	char path[PATH_SIZE];

	return files_path(path, NULL, "%s/usr/lib/%s", libc->dir, name) == 0 && exact_exists(path);
}

static int need(struct libc *libc, const char *name, const char *by, struct err *err)
{
	int r;

	if (is_own(libc, name) || str_eq(name, path_base(libc->arch->interp)))
		return 0;
	r = elf_search_add_name(&libc->ldso, name, &libc->libs, err);
	if (r == 0)
		return err_say(err, ENOENT,
			       "%s needs %s, which neither its archive nor --libc %s has", by, name,
			       libc->from_name);
	return r < 0 ? r : 0;
}

static int take_needs(const struct walk_entry *entry, struct err *err, void *ctx)
{
	ELF_DYNAMIC_CLEANUP struct elf_dynamic file = { 0 };
	struct libc *libc = ctx;
	int r;

	if (!S_ISREG(entry->st->st_mode) || elf_probe(entry->path) <= 0)
		return 0;
	r = elf_dynamic_read(entry->path, &file, err);
	for (size_t i = 0; r == 0 && i < file.n_needed; i++)
		r = need(libc, file.needed[i], entry->path + strlen(libc->dir), err);
	return r;
}

/* In no DT_NEEDED, but pthread_exit(3) needs it. */
static int take_unwinder(struct libc *libc, struct err *err)
{
	int r = elf_search_add_name(&libc->ldso, "libgcc_s.so.1", &libc->libs, err);

	return r < 0 ? r : 0;
}

static int copy_all(const struct libc *libc, struct err *err)
{
	char lib[PATH_SIZE];
	const struct copy root = { .root = libc->from, .to = libc->dir };
	const struct copy libraries = { .root = libc->from, .to = lib };
	int r = files_path(lib, err, "%s/lib", libc->dir);

	if (r < 0)
		return r;
	r = copy_file(&root, libc->arch->interp, libc->arch->interp + 1, err);
	if (r == 0 &&
	    !str_starts(libc->arch->interp, "/lib/")) /* libraries need it by its soname */
		r = copy_file(&libraries, libc->arch->interp, path_base(libc->arch->interp), err);
	for (size_t i = 0; r == 0 && i < libc->libs.n_libs; i++) {
		const struct elf_library *library = &libc->libs.libs[i];

		if (str_eq(path_base(library->name), path_base(libc->arch->interp)))
			continue;
		r = copy_file(&libraries, library->path, path_base(library->name), err);
	}
	return r;
}

static int take(struct libc *libc, struct err *err)
{
	char usr[PATH_SIZE];
	int r = files_path(usr, err, "%s/usr", libc->dir);

	if (r < 0)
		return r;
	r = exact_walk(usr, &(struct walk){ .each = take_needs, .ctx = libc }, err);
	if (r < 0)
		return r;
	r = take_unwinder(libc, err);
	return r < 0 ? r : copy_all(libc, err);
}

int libc_take(const char *dir, const struct arch *arch, const struct sysroot *from,
	      const char *from_name, struct err *err)
{
	struct libc libc = { .dir = dir, .from_name = from_name, .arch = arch, .from = from };
	char real[PATH_SIZE];
	int r = sysroot_find(from, arch->interp, real);

	if (r < 0)
		return err_say(err, -r, "--libc %s has no %s, glibc's loader for %s", from_name,
			       arch->interp, arch->name);
	r = elf_ldso_open(&libc.ldso, from, arch, arch->interp);
	r = r < 0 ? err_set(err, -r, "cannot read %s", real) : take(&libc, err);
	elf_libraries_free(&libc.libs);
	elf_ldso_close(&libc.ldso);
	return r;
}
