/* SPDX-License-Identifier: MIT */
/* Copies a runtime's ELF files with all libraries that they need, patches and records them. Runs
 * nothing but patchelf. */
#include "stage/binaries.h"

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
#include "core/ldso.h"
#include "core/path_size.h"
#include "core/str.h"
#include "elf/dynamic.h"
#include "elf/ldso.h"
#include "elf/patch.h"
#include "elf/search.h"
#include "source/source.h"
#include "stage/copy.h"
#include "stage/manifest.h"
#include "sys/fd.h"

/* The work in progress. */
struct work {
	const struct binaries *want;
	const struct sysroot *root;
	const struct arch *arch;
	struct elf_libraries libs;
	struct elf_ldso ldso; /* of the source */
	char *interp;	      /* PT_INTERP of the interpreter; NULL if static */
	size_t n_known;	      /* of libs: they are in clib already */
	bool musl, needs_rpath;
};

/* Loaded by name at run time, so in no DT_NEEDED: pthread_exit(3) needs libgcc_s; programs built
 * against an older glibc need the empty rest. */
static const char *const extra_libs[] = {
	"libgcc_s.so.1", "libpthread.so.0", "libdl.so.2",      "librt.so.1",	    "libutil.so.1",
	"libanl.so.1",	 "libresolv.so.2",  "libnss_dns.so.2", "libnss_files.so.2",
};

/* One file: its place in the source (canonical), its pristine bytes, our copy, the view's name. */
struct binary {
	char source[PATH_SIZE], real[PATH_SIZE];
	char staged[PATH_SIZE], view[PATH_SIZE];
};

/* Finds the pristine file of path. */
static int find_binary(const struct work *work, const char *path, struct binary *ret,
		       struct err *err)
{
	int r = sysroot_find(work->root, path, ret->real);

	if (r == 0)
		r = sysroot_canonical(work->root, path, ret->source);
	return r < 0 ? err_set(err, -r, "%s%s", sysroot_dir(work->root, ""), path) : 0;
}

/* Adds what it needs to the libraries. */
static int take_needs(struct work *work, const struct binary *binary, struct err *err)
{
	FD_CLEANUP int fd = -1;

	if (!work->interp)
		return 0;
	/* what was copied counts, whatever the source is by now */
	fd = exact_open_file(binary->staged, err);
	return fd < 0 ? fd : elf_search_add_open(&work->ldso, fd, binary->source, &work->libs, err);
}

/* Records our copy, which is pristine, and patches it if it must be. */
static int take_binary(struct work *work, const struct binary *binary, struct err *err)
{
	ELF_DYNAMIC_CLEANUP struct elf_dynamic file = { 0 };
	struct patch patch;
	bool patched;
	FD_CLEANUP int fd = exact_open_file(binary->staged, err);
	int r = fd < 0 ? fd : elf_dynamic_read_open(fd, binary->real, &file, err);

	if (r < 0)
		return r;
	if (!elf_dynamic_fits(&file, work->arch))
		return err_say(err, ENOEXEC, "%s is no ELF file for %s", binary->real,
			       work->arch->name);
	patched = patch_wanted(&file, work->needs_rpath, &patch);
	/* the record is of the pristine bytes */
	r = manifest_add(work->want->manifest, binary->view, binary->source, binary->staged,
			 patched, err);
	return r < 0 || !patched ? r : patch_apply(binary->staged, &patch, err);
}

/* Copies a file of the source into clib under a name of its own. seen: what it must be, or NULL. */
static int copy_library(const struct work *work, const char *path, const char *name,
			const struct stat *seen, struct binary *ret, struct err *err)
{
	const struct copy copy = { .root = work->root, .to = work->want->clib, .seen = seen };
	int r = find_binary(work, path, ret, err);

	if (r < 0)
		return r;
	r = copy_file(&copy, path, name, err);
	if (r < 0)
		return r;
	r = files_path(ret->staged, err, "%s/%s", copy.to, name);
	if (r < 0)
		return r;
	return files_path(ret->view, err, "/lib/%s", name);
}

/* Whether files must say where libraries are. bytes of a staged ld.so. */
static int look_at_ldso(struct work *work, struct err *err)
{
	FILES_FREE char *bytes = NULL;
	char path[PATH_SIZE];
	size_t n;
	int r = files_path(path, err, "%s/%s", work->want->clib, path_base(work->interp));

	if (r < 0)
		return r;
	if (!exact_exists(path))
		return err_say(err, ENOEXEC,
			       "Python 3.%u asks for %s, which is not the C library of the Pythons "
			       "beside it",
			       work->want->minor, work->interp);
	r = exact_read(path, &bytes, &n, err);
	if (r < 0)
		return r;
	work->needs_rpath = !work->musl && !ldso_searches_lib(bytes, n);
	return 0;
}

static int know_library(const struct walk_entry *entry, struct err *err, void *ctx)
{
	struct work *work = ctx;

	return S_ISREG(entry->st->st_mode) ? elf_libraries_know(&work->libs, entry->name, err) : 0;
}

/* One C library and one file of each name: those that are there. */
static int know_libraries(struct work *work, struct err *err)
{
	int r = look_at_ldso(work, err);

	if (r < 0)
		return r;
	r = exact_walk(work->want->clib, &(struct walk){ .each = know_library, .ctx = work }, err);
	work->n_known = work->libs.n_libs;
	return r;
}

/* ld.so comes first: what it searches decides about all others. */
static int stage_ldso(struct work *work, struct err *err)
{
	struct binary ldso;
	int r = copy_library(work, work->interp, path_base(work->interp), NULL, &ldso, err);

	if (r == -ENOENT)
		return err_wrap(err, r, "%s asks for a loader that is missing", work->want->python);
	if (r < 0)
		return r;
	r = manifest_add(work->want->manifest, ldso.view, ldso.source, ldso.staged, false, err);
	if (r < 0)
		return r;
	r = patch_ldso(ldso.staged, work->musl, &work->needs_rpath, err);
	if (r == 1)
		manifest_patched(work->want->manifest);
	return r < 0 ? r : 0;
}

static int take_interpreter(struct work *work, struct err *err)
{
	struct binary python;
	int r = find_binary(work, work->want->python, &python, err);

	if (r < 0)
		return r;
	r = files_path(python.view, err, "/usr/bin/python3.%u", work->want->minor);
	if (r < 0)
		return r;
	r = files_path(python.staged, err, "%s%s", work->want->usr, python.view + strlen("/usr"));
	if (r < 0)
		return r;
	r = take_needs(work, &python, err);
	if (r < 0)
		return r;
	return take_binary(work, &python, err);
}

/* One file below the staged stdlib: an extension module, or nothing to do with ELF. */
static int take_module(const struct walk_entry *entry, struct err *err, void *ctx)
{
	const char *path = entry->path;
	const struct stat *st = entry->st;
	struct work *work = ctx;
	struct binary module;
	int r;

	if (!S_ISREG(st->st_mode))
		return 0;
	r = elf_probe(path);
	if (r <= 0)
		return r;
	r = files_path(module.staged, err, "%s", path);
	if (r < 0)
		return r;
	r = files_path(module.view, err, "/usr%s", path + strlen(work->want->usr));
	if (r < 0)
		return r;
	r = find_binary(work, module.view, &module, err);
	if (r < 0)
		return r;
	r = take_needs(work, &module, err);
	if (r < 0)
		return r;
	return take_binary(work, &module, err);
}

static int take_modules(struct work *work, struct err *err)
{
	char dir[PATH_SIZE];
	int r = files_path(dir, err, "%s%s", work->want->usr, work->want->stdlib + strlen("/usr"));

	if (r < 0)
		return r;
	return exact_walk(dir, &(struct walk){ .each = take_module, .ctx = work }, err);
}

static int stage_library(struct work *work, const struct elf_library *lib, struct err *err)
{
	const struct stat seen = { .st_dev = lib->dev, .st_ino = lib->ino };
	const char *name = path_base(lib->name);
	struct binary library;
	int r;

	/* A package's private library, found by $ORIGIN, came with the stdlib's tree; ld.so is
	 * there already, under the name that PT_INTERP has. */
	if (path_below(lib->path, work->want->stdlib) || str_eq(name, path_base(work->interp)))
		return 0;
	r = copy_library(work, lib->path, name, &seen, &library, err);
	if (r < 0)
		return r;
	return take_binary(work, &library, err);
}

static int stage_libraries(struct work *work, struct err *err)
{
	int r;

	for (size_t i = 0; i < sizeof(extra_libs) / sizeof(extra_libs[0]); i++) {
		r = elf_search_add_name(&work->ldso, extra_libs[i], &work->libs, err);
		if (r < 0)
			return r;
	}
	for (size_t i = work->n_known; i < work->libs.n_libs; i++) {
		r = stage_library(work, &work->libs.libs[i], err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int read_interpreter(struct work *work, char *ret_ldso, struct err *err)
{
	ELF_DYNAMIC_CLEANUP struct elf_dynamic file = { 0 };
	FD_CLEANUP int fd = -1;
	struct binary python;
	int r = find_binary(work, work->want->python, &python, err);

	if (r < 0)
		return r;
	r = files_path(python.staged, err, "%s/bin/python3.%u", work->want->usr, work->want->minor);
	if (r < 0)
		return r;
	fd = exact_open_file(python.staged, err);
	if (fd < 0)
		return fd;
	r = elf_dynamic_read_open(fd, python.real, &file, err);
	if (r < 0)
		return r;
	if (!elf_dynamic_fits(&file, work->arch))
		return err_say(err, ENOEXEC, "%s is no program for %s", python.real,
			       work->arch->name);
	work->interp = file.interp;
	file.interp = NULL;
	ret_ldso[0] = '\0';
	if (!work->interp)
		return 0;
	work->musl = elf_ldso_is_musl(work->interp);
	r = str_copy(ret_ldso, BINARIES_NAME_MAX, path_base(work->interp));
	return r < 0 ? err_set(err, ENAMETOOLONG, "%s", work->interp) : 0;
}

static int stage_all(struct work *work, char *ret_ldso, struct err *err)
{
	int r = read_interpreter(work, ret_ldso, err);

	if (r < 0)
		return r;
	r = exact_mkdirs(work->want->clib, err);
	if (r < 0)
		return r;
	if (work->interp) {
		r = elf_ldso_open(&work->ldso, work->root, work->arch, work->interp);
		if (r < 0)
			return err_set(err, -r, "cannot read %s", work->interp);
		r = work->want->beside ? know_libraries(work, err) : stage_ldso(work, err);
	}
	if (r < 0)
		return r;
	r = take_interpreter(work, err);
	if (r < 0)
		return r;
	r = take_modules(work, err);
	if (r < 0)
		return r;
	if (work->interp)
		r = stage_libraries(work, err);
	return r;
}

int binaries_check(const struct binaries *binaries, struct err *err)
{
	struct work work = { .want = binaries,
			     .root = binaries->source->root,
			     .arch = binaries->source->arch };
	char ldso[BINARIES_NAME_MAX];
	int r = read_interpreter(&work, ldso, err);

	free(work.interp);
	return r;
}

int binaries_stage(const struct binaries *binaries, char ret_ldso[BINARIES_NAME_MAX],
		   struct err *err)
{
	struct work work = { .want = binaries,
			     .root = binaries->source->root,
			     .arch = binaries->source->arch };
	int r = stage_all(&work, ret_ldso, err);

	elf_libraries_free(&work.libs);
	elf_ldso_close(&work.ldso);
	free(work.interp);
	return r;
}
