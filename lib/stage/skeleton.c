/* SPDX-License-Identifier: MIT */
/* Lays out a tree's directories, our programs, and the shared packages that are there already. */
#include "stage/skeleton.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/exact.h"
#include "base/files.h"
#include "base/sysroot.h"
#include "base/walk.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "stage/copy.h"
#include "sys/below.h"
#include "sys/fd.h"
#include "sys/programs.h"

static const char *const skeleton[] = {
	"bin", "sbin", TREE_SITE, TREE_PYTHON, TREE_CLIB, TREE_INFO, "etc/ssl", "lib",	"usr",
	"dev", "proc", "sys",	  "run",       "tmp",	  "var",     "root",	"home", "mnt",
};

/* busypy_start.py goes into each runtime instead. */
static const char *const skip[] = { "**/__pycache__", "**/*.pyc", "/" TREE_START, NULL };

/* Where it is, whatever links lead there now; -errno. */
static int find_rootfs(const char *dir, char *ret)
{
	FD_CLEANUP int fd = below_open_named(dir, O_PATH | O_DIRECTORY, ret);
	struct stat st;

	return fd < 0 ? fd : below_stat(fd, TREE_START, &st);
}

int skeleton_find_rootfs(const char *given, char *ret, struct err *err)
{
	char found[PATH_SIZE];
	int r = given ? 0 : programs_find_rootfs(found, sizeof(found), err);

	if (r < 0)
		return r;
	if (find_rootfs(given ? given : found, ret) < 0)
		return err_say(err, ENOENT,
			       "%s: not a directory with BusyPy's own programs (" TREE_START ")",
			       given ? given : found);
	return 0;
}

/* An OpenSSL that was not built by Debian (Buildroot's, Alpine's) looks for certificates in
 * /etc/ssl. */
static const struct {
	const char *name, *target;
} links[] = {
	{ "lib64", "lib" },
	{ "etc/ssl/cert.pem", "/usr/lib/ssl/cert.pem" },
};

static int make_skeleton(const char *dir, struct err *err)
{
	char path[PATH_SIZE];
	int r = 0;

	for (size_t i = 0; i < sizeof(skeleton) / sizeof(skeleton[0]); i++) {
		r = files_path(path, err, "%s/%s", dir, skeleton[i]);
		if (r < 0)
			return r;
		r = exact_mkdirs(path, err);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		r = files_path(path, err, "%s/%s", dir, links[i].name);
		if (r < 0)
			return r;
		r = exact_symlink(links[i].target, path, err);
		if (r < 0)
			return r;
	}
	return r;
}

static int make_executable(const struct walk_entry *entry, struct err *err, void *ctx)
{
	int r = S_ISREG(entry->st->st_mode) ? below_chmod(entry->dir, entry->name, 0755) : 0;

	(void)ctx;
	return r < 0 ? err_set(err, -r, "cannot chmod %s", entry->path) : 0;
}

static int chmod_programs(const char *dir, struct err *err)
{
	static const char *const programs[] = { "bin", "sbin", TREE_SELFTEST };
	char path[PATH_SIZE];
	int r = 0;

	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		r = files_path(path, err, "%s/%s", dir, programs[i]);
		if (r < 0)
			return r;
		if (exact_exists(path))
			r = exact_walk(path, &(struct walk){ .each = make_executable }, err);
		if (r < 0)
			return r;
	}
	return r;
}

struct adopting {
	const char *to;
	size_t top;
};

static int adopt_one(const struct walk_entry *entry, struct err *err, void *ctx)
{
	const char *path = entry->path;
	const struct stat *st = entry->st;
	const struct adopting *adopting = ctx;
	FD_CLEANUP int fd = -1;
	char to[PATH_SIZE];
	int r;

	if (!S_ISREG(st->st_mode) || !str_ends(path, ".py"))
		return 0;
	r = files_path(to, err, "%s%s", adopting->to, path + adopting->top);
	if (r < 0 || exact_exists(to))
		return r;
	r = exact_mkdirs_for(to, err);
	if (r < 0)
		return r;
	fd = below_open_file(entry->dir, entry->name);
	if (fd >= 0)
		(void)exact_link(fd, to); /* another owner's file stays uncompiled, that is all */
	return 0;
}

/* Hard links, so that committing them later is a rename of a file onto itself, which does
 * nothing. */
static int adopt_packages(const char *tree, const char *dir, struct err *err)
{
	char from[PATH_SIZE], to[PATH_SIZE];
	struct adopting adopting = { .to = to };
	int r = files_path(from, err, "%s/" TREE_SITE, tree);

	if (r < 0)
		return r;
	r = files_path(to, err, "%s/" TREE_SITE, dir);
	if (r < 0 || !exact_exists(from))
		return r;
	adopting.top = strlen(from);
	return exact_walk(from, &(struct walk){ .each = adopt_one, .ctx = &adopting }, err);
}

int skeleton_stage(const char *rootfs, const char *tree, const char *dir, struct err *err)
{
	struct sysroot root;
	struct copy copy = {
		.root = &root, .to = dir, .skip = skip, .flags = COPY_LINKS_AS_THEY_ARE
	};
	int r = sysroot_init(&root, rootfs);

	if (r < 0)
		return err_set(err, -r, "%s", rootfs);
	r = make_skeleton(dir, err);
	if (r < 0)
		return r;
	r = copy_tree(&copy, "/", "", err);
	if (r < 0)
		return r;
	r = chmod_programs(dir, err);
	if (r < 0)
		return r;
	return adopt_packages(tree, dir, err);
}
