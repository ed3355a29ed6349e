/* SPDX-License-Identifier: MIT */
/* Interpreter, standard library, shared libraries, data and records of one arch. */
#include "runtime.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "arch.h"
#include "copy.h"
#include "data.h"
#include "elf_file.h"
#include "err.h"
#include "files.h"
#include "manifest.h"
#include "needed.h"
#include "patch.h"
#include "records.h"
#include "source.h"
#include "str.h"
#include "sysroot.h"

/* One runtime being built. Paths in the source are absolute in its sysroot; "usr" and "clib" are
 * directories of ours. */
struct build {
	const struct runtime_job *job;
	struct source *source;
	struct runtime_facts *facts;
	struct manifest manifest;
	struct needed libs;
	char usr[FILES_PATH_MAX], clib[FILES_PATH_MAX];
	char python[SYSROOT_PATH_MAX]; /* the interpreter in the source, canonical */
	char stdlib[SYSROOT_PATH_MAX]; /* and its standard library */
	char *interp;		       /* PT_INTERP of the interpreter; NULL if static */
	bool musl, needs_rpath;
};

/* What no program needs, or what is another interpreter's. */
#define STDLIB_SKIP                                                                               \
	"**/__pycache__", "/test", "/*/test", "/*/tests", "/idlelib", "/turtledemo", "/tkinter",  \
		"/ensurepip", "/config-*", "/EXTERNALLY-MANAGED", "/sitecustomize.py",            \
		"/lib-dynload/_test*", "/lib-dynload/_ctypes_test*", "/lib-dynload/_xxtestfuzz*", \
		"/lib-dynload/xxlimited*", "/lib-dynload/_tkinter*"

/* A distribution's nis, _dbm and _gdbm would bring nine more libraries for three modules that
 * hardly a script imports; its site-packages are that machine's, not the tree's. */
static const char *const skip_distribution[] = {
	STDLIB_SKIP,
	"/lib-dynload/nis.*",
	"/lib-dynload/_dbm.*",
	"/lib-dynload/_gdbm.*",
	"/site-packages",
	"/dist-packages",
	NULL,
};

/* What somebody built is what somebody wanted. */
static const char *const skip_dir[] = { STDLIB_SKIP, NULL };

/* Loaded by name at run time, so in no DT_NEEDED: pthread_exit(3) needs libgcc_s; programs built
 * against an older glibc need the empty rest. */
static const char *const extra_libs[] = {
	"libgcc_s.so.1", "libpthread.so.0", "libdl.so.2",      "librt.so.1",	    "libutil.so.1",
	"libanl.so.1",	 "libresolv.so.2",  "libnss_dns.so.2", "libnss_files.so.2",
};

/* -- what is there -------------------------------------------------------------------------- */

static bool source_has(const struct build *build, const char *path)
{
	char real[SYSROOT_PATH_MAX];

	return sysroot_find(build->source->root, path, real) == 0;
}

/* "python3.11" -> 11; 0 if it is not that. */
static unsigned minor_of(const char *name)
{
	uint64_t minor;

	if (!str_starts(name, "python3.") || str_to_u64(name + 8, 10, &minor) < 0 || minor > 999)
		return 0;
	return (unsigned)minor;
}

/* Looks for the standard library of that minor: .py files, or .pyc files alone. */
static bool find_stdlib(struct build *build, unsigned minor)
{
	static const char *const libs[] = { "lib", "lib64" };
	static const char *const names[] = { "os.py", "os.pyc" };
	char path[SYSROOT_PATH_MAX];

	for (size_t i = 0; i < 4; i++) {
		if (files_path(path, NULL, "/usr/%s/python3.%u/%s", libs[i / 2], minor,
			       names[i % 2]) == 0 &&
		    source_has(build, path)) {
			path[strlen(path) - strlen(names[i % 2]) - 1] = '\0';
			build->facts->minor = minor;
			return str_copy(build->facts->stdlib, sizeof(build->facts->stdlib),
					path + strlen("/usr/")) == 0 &&
			       str_copy(build->stdlib, sizeof(build->stdlib), path) == 0;
		}
	}
	return false;
}

enum { MINOR_MAX = 40 };

/* The interpreter's name may not tell its minor (a program called python3): try them all. */
static bool find_any_stdlib(struct build *build)
{
	for (unsigned minor = MINOR_MAX; minor > 0; minor--) {
		if (find_stdlib(build, minor))
			return true;
	}
	return false;
}

/* usr/bin/python3, or without such a link (Debian has it in another package) the newest. */
static bool find_interpreter(struct build *build)
{
	const struct sysroot *root = build->source->root;
	char path[64];

	if (sysroot_canonical(root, "/usr/bin/python3", build->python) == 0)
		return true;
	for (unsigned minor = MINOR_MAX; minor > 0; minor--) {
		(void)snprintf(path, sizeof(path), "/usr/bin/python3.%u", minor); /* fits */
		if (sysroot_canonical(root, path, build->python) == 0)
			return true;
	}
	return false;
}

static int find_python(struct build *build, struct err *err)
{
	const char *dir = build->source->root->mounts[0].dir;
	unsigned minor;

	if (!find_interpreter(build))
		return err_say(err, ENOENT, "%s/usr/bin/python3: there is no Python 3 to stage",
			       dir);
	minor = minor_of(path_base(build->python));
	if (minor ? !find_stdlib(build, minor) : !find_any_stdlib(build))
		return err_say(err, ENOENT,
			       "%s/usr/lib: the standard library of %s is missing (os.py)", dir,
			       path_base(build->python));
	return 0;
}

/* -- Python --------------------------------------------------------------------------------- */

static struct copy copy_to(const struct build *build, const char *dir)
{
	return (struct copy){ .root = build->source->root,
			      .to = dir,
			      .peers = build->job->peers,
			      .n_peers = build->job->n_peers };
}

static int link_names(const struct build *build, struct err *err)
{
	char path[FILES_PATH_MAX], name[32];
	struct text text;
	int r = files_path(path, err, "%s/bin/python3", build->usr);

	text_init(&text, name, sizeof(name));
	text_addf(&text, "python3.%u", build->facts->minor);
	return r < 0 ? r : files_link(name, path, err);
}

/* True if site.py is Debian's, which looks for .pth files in dist-packages alone. */
static bool wants_dist_packages(const struct build *build)
{
	FILES_FREE char *text = NULL;
	char path[FILES_PATH_MAX];
	size_t n;

	return files_path(path, NULL, "%s/%s/site.py", build->usr, build->facts->stdlib) == 0 &&
	       files_read(path, &text, &n, NULL) == 0 && strstr(text, "/dist-packages");
}

/* The start-up hook, and the .pth file that runs it and knows the shared packages. */
static int stage_hook(const struct build *build, struct err *err)
{
	static const char pth[] = "/site-package\nimport busypy_start\n";
	struct copy copy = copy_to(build, build->usr);
	char name[RUNTIME_NAME_MAX + 32], to[FILES_PATH_MAX];
	struct sysroot rootfs;
	int r = sysroot_init(&rootfs, build->job->rootfs);

	if (r < 0)
		return err_set(err, -r, "%s", build->job->rootfs);
	copy.root = &rootfs;
	(void)snprintf(name, sizeof(name), "%s/busypy_start.py", build->facts->stdlib); /* fits */
	r = files_path(to, err, "%s/%s", build->usr, name);
	if (r == 0)
		r = files_remove(to, err); /* the source may itself be a tree's runtime */
	if (r == 0)
		r = copy_file(&copy, "/etc/busypy/busypy_start.py", name, err);
	if (r < 0)
		return r;
	if (wants_dist_packages(build))
		r = files_path(to, err, "%s/lib/python3/dist-packages/busypy.pth", build->usr);
	else
		r = files_path(to, err, "%s/%s/site-packages/busypy.pth", build->usr,
			       build->facts->stdlib);
	if (r == 0)
		r = files_mkdirs_for(to, err);
	if (r == 0)
		r = files_remove(to, err);
	return r < 0 ? r : files_write(to, pth, sizeof(pth) - 1, 0644, err);
}

static int stage_python(struct build *build, struct err *err)
{
	struct copy copy = copy_to(build, build->usr);
	char name[64];
	struct text text;
	int r;

	text_init(&text, name, sizeof(name));
	text_addf(&text, "bin/python3.%u", build->facts->minor);
	copy.n_peers = 0; /* never shared: it may be patched */
	r = copy_file(&copy, build->python, name, err);
	if (r == 0)
		r = link_names(build, err);
	if (r < 0)
		return r;
	copy = copy_to(build, build->usr);
	copy.skip = build->source->kind == SOURCE_DIR ? skip_dir : skip_distribution;
	r = copy_tree(&copy, build->stdlib, build->facts->stdlib, err);
	return r < 0 ? r : stage_hook(build, err);
}

/* -- ELF files ------------------------------------------------------------------------------ */

/* A staged copy, whose pristine bytes are at real and whose place in the source is source. */
struct elf_copy {
	const char *staged; /* ours */
	const char *view;   /* where a view has it */
	const char *source, *real;
};

/* Patches the copy if it must be, and records the pristine file. */
static int take_elf(struct build *build, const struct elf_copy *elf, struct err *err)
{
	ELF_FILE_CLEANUP struct elf_file file = { 0 };
	struct patch patch;
	bool patched;
	int r = elf_file_read(elf->real, &file, err);

	if (r < 0)
		return r;
	if (!elf_file_fits(&file, build->source->arch))
		return err_say(err, ENOEXEC, "%s is no ELF file for %s", elf->real,
			       build->source->arch->name);
	patched = patch_wanted(&file, build->needs_rpath, &patch);
	if (patched)
		r = patch_apply(elf->staged, &patch, err);
	if (r < 0)
		return r;
	return manifest_add(&build->manifest, elf->view, elf->source, elf->real, patched, err);
}

/* ld.so comes first: what it searches decides about all others. */
static int stage_ldso(struct build *build, struct err *err)
{
	struct copy copy = copy_to(build, build->clib);
	char real[SYSROOT_PATH_MAX], canonical[SYSROOT_PATH_MAX];
	char staged[FILES_PATH_MAX], view[FILES_PATH_MAX];
	const char *name = path_base(build->interp);
	int r = sysroot_find(build->source->root, build->interp, real);

	if (r < 0)
		return err_set(err, -r, "%s%s, which %s asks for",
			       build->source->root->mounts[0].dir, build->interp, build->python);
	copy.n_peers = 0;
	r = copy_file(&copy, build->interp, name, err);
	if (r == 0)
		r = files_path(staged, err, "%s/%s", build->clib, name);
	if (r == 0)
		r = files_path(view, err, "/lib/%s", name);
	if (r == 0)
		r = sysroot_canonical(build->source->root, build->interp, canonical);
	if (r < 0)
		return r;
	r = patch_ldso(staged, build->musl, &build->needs_rpath, err);
	if (r < 0)
		return r;
	return manifest_add(&build->manifest, view, canonical, real, r == 1, err);
}

struct elf_walk {
	struct build *build;
	size_t top; /* bytes of build->usr */
};

/* One file below the staged stdlib: an extension module, or nothing to do with ELF. */
static int take_module(const char *path, const struct stat *st, void *context, struct err *err)
{
	struct elf_walk *walk = context;
	struct build *build = walk->build;
	char view[FILES_PATH_MAX], real[SYSROOT_PATH_MAX], canonical[SYSROOT_PATH_MAX];
	int r;

	if (!S_ISREG(st->st_mode))
		return 0;
	r = elf_file_probe(path);
	if (r <= 0)
		return r;
	r = files_path(view, err, "/usr%s", path + walk->top);
	if (r < 0)
		return r;
	r = sysroot_find(build->source->root, view, real);
	if (r == 0)
		r = sysroot_canonical(build->source->root, view, canonical);
	if (r < 0)
		return err_set(err, -r, "cannot find %s", view);
	if (build->interp) {
		r = needed_add(build->source->root, build->source->arch, canonical, build->musl,
			       &build->libs, err);
		if (r < 0)
			return r;
	}
	return take_elf(build,
			&(struct elf_copy){
				.staged = path, .view = view, .source = canonical, .real = real },
			err);
}

static int take_modules(struct build *build, struct err *err)
{
	struct elf_walk walk = { .build = build, .top = strlen(build->usr) };
	char dir[FILES_PATH_MAX];
	int r = files_path(dir, err, "%s/%s", build->usr, build->facts->stdlib);

	if (r < 0)
		return r;
	return files_walk(dir, &(struct files_walk){ .each = take_module, .context = &walk }, err);
}

static int take_interpreter(struct build *build, struct err *err)
{
	char staged[FILES_PATH_MAX], view[64], real[SYSROOT_PATH_MAX];
	struct text text;
	int r = files_path(staged, err, "%s/bin/python3.%u", build->usr, build->facts->minor);

	text_init(&text, view, sizeof(view));
	text_addf(&text, "/usr/bin/python3.%u", build->facts->minor);
	if (r == 0)
		r = sysroot_find(build->source->root, build->python, real);
	if (r < 0)
		return r;
	return take_elf(
		build,
		&(struct elf_copy){
			.staged = staged, .view = view, .source = build->python, .real = real },
		err);
}

static int stage_library(struct build *build, const struct needed_lib *lib, struct err *err)
{
	struct copy copy = copy_to(build, build->clib);
	char staged[FILES_PATH_MAX], view[FILES_PATH_MAX], canonical[SYSROOT_PATH_MAX];
	int r;

	/* A package's private library, found by $ORIGIN, came with the stdlib's tree; ld.so is
	 * there already, under the name that PT_INTERP has. */
	if (path_below(lib->path, build->stdlib) ||
	    str_eq(path_base(lib->name), path_base(build->interp)))
		return 0;
	copy.n_peers = 0;
	r = copy_file(&copy, lib->path, path_base(lib->name), err);
	if (r == 0)
		r = files_path(staged, err, "%s/%s", build->clib, path_base(lib->name));
	if (r == 0)
		r = files_path(view, err, "/lib/%s", path_base(lib->name));
	if (r == 0)
		r = sysroot_canonical(build->source->root, lib->path, canonical);
	if (r < 0)
		return r;
	return take_elf(
		build,
		&(struct elf_copy){
			.staged = staged, .view = view, .source = canonical, .real = lib->real },
		err);
}

static int stage_libraries(struct build *build, struct err *err)
{
	const struct source *source = build->source;
	int r = needed_add(source->root, source->arch, build->python, build->musl, &build->libs,
			   err);

	for (size_t i = 0; r >= 0 && i < sizeof(extra_libs) / sizeof(extra_libs[0]); i++)
		r = needed_add_name(source->root, source->arch, extra_libs[i], &build->libs, err);
	for (size_t i = 0; r >= 0 && i < build->libs.n_libs; i++)
		r = stage_library(build, &build->libs.libs[i], err);
	return r < 0 ? r : 0;
}

/* Debian's ld.so looks into the multiarch directory first: this link saves it a failed open per
 * library. */
static int link_multiarch(const struct build *build, struct err *err)
{
	char path[FILES_PATH_MAX];
	int r = files_path(path, err, "%s/%s", build->clib, build->source->arch->triplet);

	return r < 0 ? r : files_link(".", path, err);
}

static int read_interpreter(struct build *build, struct err *err)
{
	ELF_FILE_CLEANUP struct elf_file file = { 0 };
	char real[SYSROOT_PATH_MAX];
	int r = sysroot_find(build->source->root, build->python, real);

	if (r < 0)
		return err_set(err, -r, "%s", build->python);
	r = elf_file_read(real, &file, err);
	if (r < 0)
		return r;
	if (!elf_file_fits(&file, build->source->arch))
		return err_say(err, ENOEXEC, "%s is no program for %s", real,
			       build->source->arch->name);
	build->interp = file.interp;
	file.interp = NULL;
	if (!build->interp)
		return 0;
	build->musl = needed_is_musl(build->interp);
	return str_copy(build->facts->ldso, sizeof(build->facts->ldso), path_base(build->interp)) <
			       0
		       ? err_set(err, ENAMETOOLONG, "%s", build->interp)
		       : 0;
}

static int stage_elf_files(struct build *build, struct err *err)
{
	int r = files_mkdirs(build->clib, err);

	if (r == 0 && build->interp)
		r = stage_ldso(build, err);
	if (r == 0)
		r = take_interpreter(build, err);
	if (r == 0)
		r = take_modules(build, err);
	if (r == 0 && build->interp)
		r = stage_libraries(build, err);
	if (r == 0 && build->interp && !build->musl)
		r = link_multiarch(build, err);
	return r;
}

/* -- all of it ------------------------------------------------------------------------------ */

static int write_records(struct build *build, struct err *err)
{
	char info[FILES_PATH_MAX], staged[FILES_PATH_MAX], real[SYSROOT_PATH_MAX];
	int r = files_path(info, err, "%s/info", build->job->dir);

	if (r == 0)
		r = files_path(staged, err, "%s/bin/python3.%u", build->usr, build->facts->minor);
	if (r == 0)
		r = sysroot_find(build->source->root, build->python, real);
	if (r < 0)
		return r;
	return records_write(&(struct records){ .dir = info,
						.source = build->source,
						.manifest = &build->manifest,
						.minor = build->facts->minor,
						.python_before = real,
						.python_after = staged,
						.clib = build->clib,
						.ldso = build->facts->ldso },
			     err);
}

static int build_all(struct build *build, struct err *err)
{
	struct copy copy;
	int r = files_path(build->usr, err, "%s/python/usr", build->job->dir);

	if (r == 0)
		r = files_path(build->clib, err, "%s/clib", build->job->dir);
	if (r == 0)
		r = find_python(build, err);
	if (r == 0)
		r = read_interpreter(build, err);
	if (r == 0)
		r = stage_python(build, err);
	if (r == 0)
		r = stage_elf_files(build, err);
	if (r < 0)
		return r;
	copy = copy_to(build, build->usr);
	r = data_stage(&copy, err);
	return r < 0 ? r : write_records(build, err);
}

int runtime_build(const struct runtime_job *job, struct runtime_facts *ret, struct err *err)
{
	struct build *build = calloc(1, sizeof(*build));
	int r;

	if (!build)
		return err_set(err, ENOMEM, "cannot build a runtime");
	memset(ret, 0, sizeof(*ret));
	build->job = job;
	build->source = job->source;
	build->facts = ret;
	r = build_all(build, err);
	manifest_free(&build->manifest);
	needed_free(&build->libs);
	free(build->interp);
	free(build);
	return r;
}
