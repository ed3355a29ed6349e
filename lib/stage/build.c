/* SPDX-License-Identifier: MIT */
/* Builds one runtime from its source: interpreter, standard library, libraries, data, records. */
#include "stage/build.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exact.h"
#include "base/files.h"
#include "base/sysroot.h"
#include "base/walk.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/python_name.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "source/source.h"
#include "stage/binaries.h"
#include "stage/copy.h"
#include "stage/extras.h"
#include "stage/manifest.h"
#include "stage/provenance.h"

/* One runtime being built. Paths in the source are absolute in its sysroot. */
struct build {
	const struct build_job *job;
	struct source *source;
	struct build_result *result;
	struct manifest manifest;
	char python[PATH_SIZE]; /* the interpreter in the source, canonical */
	char stdlib[PATH_SIZE]; /* and its standard library */
	char version[PROVENANCE_VERSION_MAX];
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

/* -- what is there -------------------------------------------------------------------------- */

static bool source_has(const struct build *build, const char *path)
{
	char real[PATH_SIZE];

	return sysroot_find(build->source->root, path, real) == 0;
}

/* Looks for the standard library of that minor: .py files, or .pyc files alone. */
static bool find_stdlib(struct build *build, unsigned minor)
{
	static const char *const libs[] = { "lib", "lib64" };
	static const char *const names[] = { "os.py", "os.pyc" };
	char path[PATH_SIZE];

	for (size_t i = 0; i < 4; i++) {
		if (files_path(path, NULL, "/usr/%s/python3.%u/%s", libs[i / 2], minor,
			       names[i % 2]) == 0 &&
		    source_has(build, path)) {
			path[strlen(path) - strlen(names[i % 2]) - 1] = '\0';
			build->result->minor = minor;
			return str_copy(build->result->stdlib, sizeof(build->result->stdlib),
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
	char path[PYTHON_NAME_PATH_SIZE];

	if (sysroot_canonical(root, "/usr/bin/python3", build->python) == 0)
		return true;
	for (unsigned minor = MINOR_MAX; minor > 0; minor--) {
		python_name_path(minor, path);
		if (sysroot_canonical(root, path, build->python) == 0)
			return true;
	}
	return false;
}

/* The interpreter that was asked for. */
static bool find_minor(struct build *build)
{
	char path[PYTHON_NAME_PATH_SIZE];

	python_name_path(build->job->minor, path);
	return sysroot_canonical(build->source->root, path, build->python) == 0;
}

static int find_python(struct build *build, struct err *err)
{
	const char *dir = sysroot_dir(build->source->root, "");
	unsigned minor;

	if (!find_interpreter(build) && !build->job->minor)
		return err_say(err, ENOENT, "%s/usr/bin/python3: there is no Python 3 to stage",
			       dir);
	if (build->job->minor && !find_minor(build))
		return err_say(err, ENOENT,
			       "%s/usr/bin/python3.%u: there is no such Python to stage", dir,
			       build->job->minor);
	minor = build->job->minor ? build->job->minor : python_name_minor(path_base(build->python));
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

static int link_name(const char *usr, const char *name, const char *target, struct err *err)
{
	char path[PATH_SIZE];
	int r = files_path(path, err, "%s/bin/%s", usr, name);

	if (r < 0)
		return r;
	r = exact_remove(path, err);
	return r < 0 ? r : exact_symlink(target, path, err);
}

int build_link(const char *usr, const char *name, unsigned minor, struct err *err)
{
	char target[32];

	(void)snprintf(target, sizeof(target), "python3.%u", minor); /* fits */
	return link_name(usr, name, target, err);
}

/* python3, and env, which first lines name by this path: the tree's own. */
static int link_names(const struct build *build, struct err *err)
{
	int r = build_link(build->job->usr, "python3", build->result->minor, err);

	return r < 0 ? r : link_name(build->job->usr, "env", "/bin/env", err);
}

/* True if site.py is Debian's, which looks for .pth files in dist-packages alone. */
static bool wants_dist_packages(const struct build *build)
{
	FILES_FREE char *text = NULL;
	char path[PATH_SIZE];
	size_t n;

	return files_path(path, NULL, "%s/%s/site.py", build->job->usr, build->result->stdlib) ==
		       0 &&
	       exact_read(path, &text, &n, NULL) == 0 && strstr(text, "/dist-packages");
}

enum { COMPLAINS_SINCE = 15 /* site.addpackage(), of a folder that is not there */ };

/* The start-up hook, and the .pth file that runs it and knows the shared packages. */
static int stage_hook(const struct build *build, struct err *err)
{
	static const char pth[] = "/" TREE_SITE "\nimport busypy_start\n";
	/* such a Python complains where that folder is not; the hook knows it, too */
	const char *text = build->result->minor < COMPLAINS_SINCE ? pth : strchr(pth, '\n') + 1;
	const struct copy copy = copy_to(build, build->job->usr);
	char name[BUILD_NAME_MAX + 32], from[PATH_SIZE], to[PATH_SIZE];
	int r = files_path(from, err, "%s/" TREE_START, build->job->rootfs);

	(void)snprintf(name, sizeof(name), "%s/busypy_start.py", build->result->stdlib); /* fits */
	if (r < 0)
		return r;
	r = files_path(to, err, "%s/%s", build->job->usr, name);
	if (r < 0)
		return r;
	r = exact_remove(to, err); /* the source may itself be a tree's runtime */
	if (r < 0)
		return r;
	r = copy_real(&copy, from, name, err);
	if (r < 0)
		return r;
	if (wants_dist_packages(build))
		r = files_path(to, err, "%s/lib/python3/dist-packages/busypy.pth", build->job->usr);
	else
		r = files_path(to, err, "%s/%s/site-packages/busypy.pth", build->job->usr,
			       build->result->stdlib);
	if (r < 0)
		return r;
	if (build->job->beside && text == pth && exact_exists(to))
		return 0; /* shared with the first one, which may be such a Python */
	r = exact_mkdirs_for(to, err);
	if (r < 0)
		return r;
	r = exact_remove(to, err);
	if (r < 0)
		return r;
	return exact_write(to, text, strlen(text), 0644, err);
}

static int stage_python(struct build *build, struct err *err)
{
	struct copy copy = copy_to(build, build->job->usr);
	char name[64];
	struct text text;
	int r;

	text_init(&text, name, sizeof(name));
	text_addf(&text, "bin/python3.%u", build->result->minor);
	copy.n_peers = 0; /* never shared: it may be patched */
	r = copy_file(&copy, build->python, name, err);
	if (r < 0)
		return r;
	if (!build->job->beside)
		r = link_names(build, err);
	if (r < 0)
		return r;
	copy = copy_to(build, build->job->usr);
	copy.skip = build->source->kind == SOURCE_DIR ? skip_dir : skip_distribution;
	r = copy_tree(&copy, build->stdlib, build->result->stdlib, err);
	if (r < 0)
		return r;
	return stage_hook(build, err);
}

/* -- all of it ------------------------------------------------------------------------------ */

static int name_staged(const struct build *build, char *ret, struct err *err)
{
	return files_path(ret, err, "%s/bin/python3.%u", build->job->usr, build->result->minor);
}

static int begin_records(struct build *build, struct err *err)
{
	char staged[PATH_SIZE];
	int r = name_staged(build, staged, err);

	return r < 0 ? r
		     : provenance_begin(build->job->info, staged, build->result->minor,
					build->version, err);
}

static int write_records(struct build *build, struct err *err)
{
	char staged[PATH_SIZE];
	int r = name_staged(build, staged, err);

	if (r < 0)
		return r;
	return provenance_write(&(struct provenance){ .dir = build->job->info,
						      .source = build->source,
						      .manifest = &build->manifest,
						      .minor = build->result->minor,
						      .version = build->version,
						      .python = staged,
						      .clib = build->job->clib,
						      .ldso = build->result->ldso },
				err);
}

static int build_all(struct build *build, struct err *err)
{
	const struct copy copy = copy_to(build, build->job->usr);
	struct binaries binaries = { .source = build->source,
				     .python = build->python,
				     .stdlib = build->stdlib,
				     .usr = build->job->usr,
				     .clib = build->job->clib,
				     .beside = build->job->beside,
				     .manifest = &build->manifest };
	int r = find_python(build, err);

	if (r < 0)
		return r;
	binaries.minor = build->result->minor;
	r = stage_python(build, err);
	if (r < 0)
		return r;
	r = binaries_check(&binaries, err);
	if (r < 0)
		return r;
	r = begin_records(build, err); /* while the interpreter is as it was */
	if (r < 0)
		return r;
	r = binaries_stage(&binaries, build->result->ldso, err);
	if (r < 0)
		return r;
	if (!build->job->beside)
		r = extras_stage(&copy, err);
	if (r < 0)
		return r;
	r = write_records(build, err);
	return r < 0 || !build->job->beside
		       ? r
		       : provenance_join(build->job->info, build->job->beside, err);
}

int build_runtime(const struct build_job *job, struct build_result *ret, struct err *err)
{
	struct build *build = calloc(1, sizeof(*build));
	int r;

	if (!build)
		return err_set(err, ENOMEM, "cannot build a runtime");
	memset(ret, 0, sizeof(*ret));
	build->job = job;
	build->source = job->source;
	build->result = ret;
	r = build_all(build, err);
	manifest_free(&build->manifest);
	free(build);
	return r;
}
