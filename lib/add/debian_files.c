/* SPDX-License-Identifier: MIT */
/* Looks through extracted packages for modules, libraries and alternatives. */
#include "add/debian_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "add/add.h"
#include "add/items.h"
#include "add/work.h"
#include "base/exact.h"
#include "base/files.h"
#include "base/sysroot.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/package.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "elf/dynamic.h"
#include "source/owners.h"
#include "source/source.h"
#include "stage/runtime_info.h"

#define DIST "/usr/lib/python3/dist-packages"

struct listing;
typedef int each_fn(const struct listing *listing, const char *name, struct err *err);

/* One directory of the packages of one runtime. */
struct listing {
	struct add *add;
	const struct add_runtime *runtime;
	const char *dir; /* in the packages' sysroot */
	each_fn *each;
};

bool add_debian_asked(const struct add *add, const char *name)
{
	for (size_t i = 0; i < add->request->n_words; i++) {
		if (str_eq(add->request->words[i], name))
			return true;
	}
	return false;
}

/* -- what goes where ------------------------------------------------------------------------ */

static const struct package *find_owner(const struct source *source, const char *path)
{
	const struct owners *owners = source->owners;
	const char *merged = str_starts(path, "/usr/") ? path + 4 : path;

	for (size_t i = 0; owners && i < owners->n_files; i++) {
		if (path_below(owners->files[i].path, merged))
			return &owners->packages[owners->files[i].package];
	}
	return NULL;
}

static int note(const struct listing *listing, const char *source, const char *to, struct err *err)
{
	const struct package *package = find_owner(listing->runtime->source, source);
	char from[2 * PACKAGE_WORD_MAX + 2];

	if (!package)
		return 0; /* an empty directory */
	(void)snprintf(from, sizeof(from), "%s=%s", package->name, package->version); /* fits */
	return add_item_note(listing->add, to, source, from, listing->runtime->info->arch, err);
}

static int not_cache(const struct dirent *entry)
{
	return !str_eq(entry->d_name, "__pycache__");
}

static int call_each(const char *real, const char *name, struct err *err, void *ctx)
{
	const struct listing *listing = ctx;

	(void)real; /* what is noted is known by its place in the packages */
	return listing->each(listing, name, err);
}

/* Calls each for every name in a directory of the packages, in order; none if it is not there. */
static int each_entry(const struct listing *listing, const char *dir, each_fn *each,
		      struct err *err)
{
	struct listing of = *listing;
	char real[PATH_SIZE];

	of.dir = dir;
	of.each = each;
	if (sysroot_find(listing->runtime->source->root, dir, real) < 0)
		return 0;
	return exact_each_name(
		real, &(struct files_names){ .select = not_cache, .each = call_each, .ctx = &of },
		err);
}

static int note_module(const struct listing *listing, const char *name, struct err *err)
{
	const char *dir = listing->dir;
	const struct runtime_info *info = listing->runtime->info;
	char source[PATH_SIZE], to[PATH_SIZE];
	int r = files_path(source, err, "%s/%s", dir, name);

	if (r < 0)
		return r;
	r = files_path(to, err, TREE_USR_OF "/%s/%s", info->arch->name, info->dist, name);
	if (r < 0)
		return r;
	return note(listing, source, to, err);
}

/* A part of the standard library that Debian has in a package of its own, as tkinter. */
static int note_stdlib(const struct listing *listing, const char *name, struct err *err)
{
	const char *dir = listing->dir;
	const struct runtime_info *info = listing->runtime->info;
	char source[PATH_SIZE], to[PATH_SIZE], there[PATH_SIZE];
	struct stat st;
	int r = files_path(source, err, "%s/%s", dir, name);

	if (str_eq(name, "dist-packages"))
		return 0; /* numpy has files there, which no Python looks for */
	if (r < 0)
		return r;
	r = files_path(to, err, TREE_PYTHON_OF "%s", info->arch->name, source);
	if (r < 0)
		return r;
	r = files_path(there, err, "%s/%s", listing->add->tree, to);
	if (r < 0)
		return r;
	if (exact_stat(there, &st) == 0 && S_ISDIR(st.st_mode))
		return each_entry(listing, source, note_stdlib, err);
	return note(listing, source, to, err);
}

/* A library of a package that was asked for by name, under the name that others need it by. */
static int note_library(const struct listing *listing, const char *name, struct err *err)
{
	const char *dir = listing->dir;
	ELF_DYNAMIC_CLEANUP struct elf_dynamic file = { 0 };
	const struct sysroot *root = listing->runtime->source->root;
	const struct runtime_info *info = listing->runtime->info;
	const struct package *package;
	char path[PATH_SIZE], source[PATH_SIZE], real[PATH_SIZE];
	char to[PATH_SIZE];
	int r;

	if (!strstr(name, ".so"))
		return 0;
	r = files_path(path, err, "%s/%s", dir, name);
	if (r < 0 || sysroot_canonical(root, path, source) < 0 ||
	    sysroot_find(root, path, real) < 0 || elf_dynamic_read(real, &file, NULL) < 0 ||
	    !file.soname || !str_eq(file.soname, name))
		return r;
	package = owners_find(listing->runtime->source->owners, source);
	if (!package || !add_debian_asked(listing->add, package->name))
		return 0;
	r = files_path(to, err, TREE_CLIB_OF "/%s", info->arch->name, name);
	if (r < 0)
		return r;
	return note(listing, source, to, err);
}

/* -- alternatives --------------------------------------------------------------------------- */

/* A package's own script would call update-alternatives(1), which links /usr/lib/TRIPLET/NAME to
 * one of several usr/lib/TRIPLET/DIR/NAME. One is there: it is linked. */
static int link_alternative(const struct listing *listing, const char *name, struct err *err)
{
	const char *dir = listing->dir;
	const struct sysroot *root = listing->runtime->source->root;
	char real[PATH_SIZE], target[PATH_SIZE], link[PATH_SIZE];
	const char *below = path_base(dir);
	int r;

	if (!str_starts(name, "lib") || !strstr(name, ".so."))
		return 0;
	r = files_path(link, err, "%.*s%s", (int)(below - dir), dir, name);
	if (r < 0 || sysroot_find_link(root, link, real) == 0)
		return r;
	r = files_path(target, err, "%s/%s", below, name);
	if (r < 0)
		return r;
	if (sysroot_find_link(root, dir, real) < 0)
		return 0;
	r = files_path(link, err, "%.*s%s", (int)(path_base(real) - real), real, name);
	if (r < 0)
		return r;
	return exact_symlink(target, link, err);
}

static int look_into(const struct listing *listing, const char *name, struct err *err)
{
	const char *dir = listing->dir;
	char path[PATH_SIZE], real[PATH_SIZE];
	struct stat st;
	int r = files_path(path, err, "%s/%s", dir, name);

	if (r < 0 || sysroot_find_link(listing->runtime->source->root, path, real) < 0 ||
	    exact_stat(real, &st) < 0 || !S_ISDIR(st.st_mode))
		return r;
	return each_entry(listing, path, link_alternative, err);
}

int add_debian_note(struct add *add, struct add_runtime *runtime, struct err *err)
{
	const struct runtime_info *info = runtime->info;
	struct listing listing = { .add = add, .runtime = runtime };
	char libs[2][64], stdlib[64];
	int r;

	(void)snprintf(libs[0], sizeof(libs[0]), "/usr/lib/%s", info->arch->triplet); /* fit */
	(void)snprintf(libs[1], sizeof(libs[1]), "/lib/%s", info->arch->triplet);
	(void)snprintf(stdlib, sizeof(stdlib), "/usr/lib/python3.%u", info->minor);
	r = each_entry(&listing, libs[0], look_into, err);
	if (r < 0)
		return r;
	r = each_entry(&listing, DIST, note_module, err);
	if (r < 0)
		return r;
	r = each_entry(&listing, stdlib, note_stdlib, err);
	if (r < 0)
		return r;
	r = each_entry(&listing, libs[0], note_library, err);
	if (r < 0)
		return r;
	return each_entry(&listing, libs[1], note_library, err);
}
