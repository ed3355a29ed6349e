/* SPDX-License-Identifier: MIT */
/* Sees to it that added ELF files fit the runtime and have their libraries; patches them as staging
 * does. */
#include "add/native.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "add/add.h"
#include "add/items.h"
#include "add/work.h"
#include "base/exact.h"
#include "base/files.h"
#include "base/listener.h"
#include "base/sysroot.h"
#include "base/walk.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/package.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "elf/dynamic.h"
#include "elf/ldso.h"
#include "elf/patch.h"
#include "elf/search.h"
#include "source/owners.h"
#include "source/source.h"
#include "stage/copy.h"
#include "stage/manifest.h"
#include "stage/runtime_info.h"
#include "stage/transaction.h"

/* One runtime and where its libraries may come from: what is added with them, what the tree has,
 * then the packages or, for this machine's own arch, this machine. */
struct native {
	struct add *add;
	const struct runtime_info *info;
	struct add_runtime *runtime;
	struct sysroot added, tree;
	const struct sysroot *source;
	/* how each is searched, the first before the others */
	struct elf_ldso by_added, by_tree, by_source;
	char ldso[PATH_SIZE];	     /* the runtime's, in the view */
	const struct add_item *item; /* whose files are walked */
	size_t top;		     /* bytes of a path that are the item's own */
};

/* Each by the ld.so that is there; where none is, its directories are guessed. */
static int open_searches(struct native *native, struct err *err)
{
	const struct arch *arch = native->info->arch;
	const char *usual = native->info->musl ? arch->musl : arch->interp;
	int r = files_path(native->ldso, err, "%s%s", *native->info->ldso ? "/lib/" : "",
			   native->info->ldso);

	if (r < 0)
		return r;
	r = elf_ldso_open(&native->by_added, &native->added, arch, native->ldso);
	if (r == 0)
		r = elf_ldso_open(&native->by_tree, &native->tree, arch, native->ldso);
	if (r == 0 && native->source)
		r = elf_ldso_open(&native->by_source, native->source, arch, usual);
	native->by_added.below = &native->by_tree;
	native->by_tree.below = native->source ? &native->by_source : NULL;
	return r < 0 ? err_set(err, -r, "cannot read %s", usual) : 0;
}

static void close_native(struct native *native)
{
	elf_ldso_close(&native->by_added);
	elf_ldso_close(&native->by_tree);
	elf_ldso_close(&native->by_source);
}

static int open_native(struct native *native, struct add *add, size_t which, struct err *err)
{
	*native = (struct native){ .add = add,
				   .info = add->runtimes[which].info,
				   .runtime = &add->runtimes[which] };
	if (native->runtime->source->root)
		native->source = native->runtime->source->root;
	else if (arch_runs_on(native->info->arch, arch_native()))
		native->source = add->host;
	if (sysroot_init_view(&native->added, add->build, native->info->arch) < 0 ||
	    sysroot_init_view(&native->tree, add->tree, native->info->arch) < 0)
		return err_set(err, ENAMETOOLONG, "%s", add->tree);
	return open_searches(native, err);
}

/* Patches a new copy at path and records it. */
static int take_file(struct native *native, const char *path, const char *view, const char *source,
		     struct err *err)
{
	ELF_DYNAMIC_CLEANUP struct elf_dynamic file = { 0 };
	struct patch patch;
	bool patched;
	int r = elf_dynamic_read(path, &file, err);

	if (r < 0)
		return r;
	if (!elf_dynamic_fits(&file, native->info->arch))
		return err_say(err, ENOEXEC, "%s is no ELF file for %s", source,
			       native->info->arch->name);
	patched = patch_wanted(&file, native->info->needs_rpath, &patch);
	/* the record is of the pristine bytes */
	r = manifest_add(native->runtime->manifest, view, source, path, patched, err);
	return r < 0 || !patched ? r : patch_apply(path, &patch, err);
}

/* etc/clib/ARCH/... -> /lib/..., etc/python/ARCH/usr/... -> /usr/... */
static int view_path(const struct native *native, const char *path, char *ret, struct err *err)
{
	const struct add_runtime *runtime = native->runtime;

	if (path_below(path, runtime->clib))
		return files_path(ret, err, "/lib%s", path + strlen(runtime->clib));
	return files_path(ret, err, "/usr%s", path + strlen(runtime->usr));
}

static int take_one(const struct walk_entry *entry, struct err *err, void *ctx)
{
	const char *path = entry->path;
	const struct stat *st = entry->st;
	struct native *native = ctx;
	char view[PATH_SIZE], source[PATH_SIZE];
	int r;

	if (!S_ISREG(st->st_mode))
		return 0;
	r = elf_probe(path);
	if (r <= 0)
		return r;
	r = view_path(native, path, view, err);
	if (r < 0)
		return r;
	if (native->item->packed)
		r = files_path(source, err, "%s", native->item->from);
	else
		r = files_path(source, err, "%s%s", native->item->source, path + native->top);
	if (r < 0)
		return r;
	r = elf_search_add(&native->by_added, view, native->runtime->libs, err);
	if (r < 0)
		return r;
	return take_file(native, path, view, source, err);
}

static int take_item(struct native *native, const struct add_item *item, struct err *err)
{
	char path[PATH_SIZE];
	int r = files_path(path, err, "%s/%s", native->add->build, item->to);

	if (r < 0)
		return r;
	native->item = item;
	native->top = strlen(path);
	return exact_walk(path, &(struct walk){ .each = take_one, .ctx = native }, err);
}

/* A staged library stays, although the packages have another of its name. */
static void warn_other(const struct native *native, const struct elf_library *lib)
{
	static const char *const dirs[] = { "/lib", "/usr/lib" };
	char path[PATH_SIZE], real[PATH_SIZE], sums[2][65];
	uint64_t size;

	if (!native->runtime->source->root)
		return;
	for (size_t i = 0; i < 2; i++) {
		if (files_path(path, NULL, "%s/%s/%s", dirs[i], native->info->arch->triplet,
			       lib->name) < 0 ||
		    sysroot_find(native->source, path, real) < 0)
			continue;
		if (exact_sum(real, sums[0], &size, NULL) < 0 ||
		    exact_sum(lib->real, sums[1], &size, NULL) < 0 || str_eq(sums[0], sums[1]))
			return;
		listener_warn(native->add->request->listener,
			      "%s: %s stays as it was staged; the packages have another",
			      native->info->arch->name, lib->name);
		return;
	}
}

static int name_origin(const struct native *native, const char *source, char *ret, struct err *err)
{
	const struct package *package =
		native->runtime->source->owners
			? owners_find(native->runtime->source->owners, source)
			: NULL;

	if (package)
		return files_path(ret, err, "%s=%s", package->name, package->version);
	return files_path(ret, err, "%s", source);
}

static int add_library(struct native *native, const struct elf_library *lib, struct err *err)
{
	const char *name = path_base(lib->name);
	const struct arch *arch = native->info->arch;
	const struct stat seen = { .st_dev = lib->dev, .st_ino = lib->ino };
	struct copy copy = { .root = native->source, .to = native->runtime->clib, .seen = &seen };
	char to[PATH_SIZE], path[PATH_SIZE], view[PATH_SIZE];
	char source[PATH_SIZE], origin[PATH_SIZE];
	int r = sysroot_canonical(native->source, lib->path, source);

	if (r < 0)
		return err_set(err, -r, "cannot find %s", lib->path);
	copy.flags = copy.root == native->add->host ? COPY_AS_SEEN : 0;
	r = copy_file(&copy, source, name, err);
	if (r < 0)
		return r;
	r = files_path(path, err, "%s/%s", copy.to, name);
	if (r < 0)
		return r;
	r = files_path(view, err, "/lib/%s", name);
	if (r < 0)
		return r;
	r = files_path(to, err, TREE_CLIB_OF "/%s", arch->name, name);
	if (r < 0)
		return r;
	r = name_origin(native, source, origin, err);
	if (r < 0)
		return r;
	r = take_file(native, path, view, source, err);
	if (r < 0)
		return r;
	return add_item_note(native->add, to, source, origin, arch, err);
}

static int add_libraries(struct native *native, struct err *err)
{
	const struct elf_libraries *libs = native->runtime->libs;
	int r = 0;

	for (size_t i = 0; i < libs->n_libs; i++) {
		if (path_below(libs->libs[i].real, native->add->build))
			continue;
		/* what was extracted stands in the tree's workspace */
		if (path_below(libs->libs[i].real, native->add->tree) &&
		    !path_below(libs->libs[i].real, native->add->transaction->build))
			warn_other(native, &libs->libs[i]);
		else
			r = add_library(native, &libs->libs[i], err);
		if (r < 0)
			return r;
	}
	return r;
}

/* All that is added for one arch; n: items that came before any library. */
static int add_for(struct native *native, size_t n, struct err *err)
{
	const struct add_items *items = native->add->items;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < n; i++) {
		if (items->items[i].arch == native->info->arch)
			r = take_item(native, &items->items[i], err);
	}
	return r < 0 ? r : add_libraries(native, err);
}

int add_native(struct add *add, struct err *err)
{
	struct native native;
	size_t n = add->items->n; /* libraries that come in now have been looked at */
	int r = 0;

	for (size_t i = 0; r >= 0 && i < add->n_runtimes; i++) {
		r = open_native(&native, add, i, err);
		if (r >= 0)
			r = add_for(&native, n, err);
		close_native(&native);
	}
	return r;
}
