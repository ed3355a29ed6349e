/* SPDX-License-Identifier: MIT */
/* Goes a path once, component by component, and keeps what it leads to. */
#include "export/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/destination.h"
#include "base/export_mark.h"
#include "base/folder.h"
#include "core/destination.h"
#include "core/err.h"
#include "core/export_layout.h"
#include "core/path_size.h"
#include "core/str.h"
#include "sys/below.h"
#include "sys/dirs.h"
#include "sys/fd.h"
#include "sys/trust.h"

struct export_dir {
	struct trust trust;
	struct folder root, versions;
};

/* -- the way --------------------------------------------------------------------------------- */

/* "cannot find WHAT PATH: reason", but for the sentences of the rule. */
static int cannot_find(const char *what, const char *path, int r, const struct err *why,
		       struct err *err)
{
	if (r != -EPERM)
		return err_set(err, -r, "cannot find %s%s", what, path);
	if (err)
		*err = *why;
	return r;
}

/* All of path must be there. */
static int find(struct trust *trust, const char *what, const char *path, struct trust_found *ret,
		struct err *err)
{
	struct err why = { 0 };
	int r = trust_find(trust, path, ret, &why);

	if (r == 0 && ret->rest[0]) {
		fd_close(&ret->fd);
		r = -ENOENT;
	}
	return r < 0 ? cannot_find(what, path, r, &why, err) : 0;
}

/* A directory for reading, of one that is open (O_PATH); to go through, where it may not be read.
 */
static int take(int *fd, const char *path, struct folder *ret, struct err *err)
{
	int again = below_open(*fd, ".", O_RDONLY | O_DIRECTORY);

	if (again == -EACCES)
		again = below_open(*fd, ".", O_PATH | O_DIRECTORY);
	fd_close(fd);
	*fd = -1;
	if (again < 0)
		return err_set(err, -again, "cannot read %s", path);
	return folder_take(again, path, ret, err);
}

int export_open_source(const char *path, struct folder *ret, struct err *err)
{
	struct trust_found found;
	struct trust trust;
	struct stat st;
	int fd, r;

	trust_init_root(&trust);
	r = find(&trust, "", path, &found, err);
	if (r < 0)
		return r;
	if (fstat(found.fd, &st) == 0 && S_ISDIR(st.st_mode))
		return take(&found.fd, found.real, ret, err);
	fd = S_ISREG(st.st_mode) ? fd_reopen(found.fd, O_RDONLY) : -EINVAL;
	fd_close(&found.fd);
	if (fd == -EINVAL)
		return err_say(err, EINVAL, "%s is neither a tree nor a tar", found.real);
	if (fd < 0)
		return err_set(err, -fd, "cannot read %s", found.real);
	return folder_take(fd, found.real, ret, err);
}

/* -- opening --------------------------------------------------------------------------------- */

/* No hint to publish into what is not empty: it may be anybody's. */
static int refuse(const struct export_dir *dir, const char *path, struct err *err)
{
	const char *root = dir->root.path;

	if (dirs_empty(dir->root.fd) == 1)
		return err_say(err, ENOENT,
			       "%s is no export: it has no versions (Hint: 'busypy publish TREE "
			       "%s' makes one)",
			       root, path);
	return err_say(err, ENOENT, "%s is no export: it has no versions", root);
}

/* path is the user's word for it. */
static int enter_versions(struct export_dir *dir, const char *path, struct err *err)
{
	struct stat st;
	int fd = below_open(dir->root.fd, EXPORT_VERSIONS, O_RDONLY | O_DIRECTORY);
	int r;

	if (fd == -EACCES)
		return err_set(err, EACCES, "cannot read %s/" EXPORT_VERSIONS, dir->root.path);
	if (fd < 0)
		return refuse(dir, path, err);
	r = folder_take_in(&dir->root, EXPORT_VERSIONS, fd, &dir->versions, err);
	if (r < 0)
		return r;
	if (fstat(dir->versions.fd, &st) < 0)
		return err_set(err, errno, "cannot look at %s", dir->versions.path);
	return trust_state(&dir->trust, &st, dir->versions.path, err);
}

static struct export_dir *new_dir(enum export_use use)
{
	struct export_dir *dir = calloc(1, sizeof(*dir));

	if (!dir)
		return NULL;
	dir->root.fd = dir->versions.fd = -1;
	trust_init_root(&dir->trust);
	dir->trust.all |= use == EXPORT_LOOK;
	return dir;
}

int export_open(const char *path, enum export_use use, struct export_dir **ret, struct err *err)
{
	EXPORT_CLEANUP struct export_dir *dir = new_dir(use);
	struct trust_found found;
	int r;

	if (!dir)
		return err_set(err, ENOMEM, "cannot open %s", path);
	r = find(&dir->trust, "the export ", path, &found, err);
	if (r < 0)
		return r;
	r = take(&found.fd, found.real, &dir->root, err);
	if (r < 0)
		return r;
	/* what is removed there as ours has to be ours */
	if (use != EXPORT_LOOK && !export_mark_is(dir->root.fd))
		return refuse(dir, path, err);
	r = enter_versions(dir, path, err);
	if (r < 0)
		return r;
	*ret = dir;
	dir = NULL;
	return 0;
}

/* -- making ---------------------------------------------------------------------------------- */

static bool same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* True if the directory fd is tree or lies in it; also where that cannot be told. */
static bool lies_in(int fd, int tree)
{
	FD_CLEANUP int at = openat(fd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat st, above, wanted;

	if (at < 0 || fstat(at, &st) < 0 || fstat(tree, &wanted) < 0)
		return true;
	for (;;) {
		int next;

		if (same(&st, &wanted))
			return true;
		next = openat(at, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (next < 0)
			return true;
		fd_close(&at);
		at = next;
		if (fstat(at, &above) < 0)
			return true;
		if (same(&st, &above))
			return false; /* "/" */
		st = above;
	}
}

static int check_outside(const struct trust_found *found, const struct folder *tree,
			 struct err *err)
{
	char path[PATH_SIZE];
	int r = path_join(path, sizeof(path), str_eq(found->real, "/") ? "" : found->real,
			  found->rest);

	if (r < 0)
		return err_set(err, ENAMETOOLONG, "%.64s...", found->real);
	if (!found->rest[0])
		path[strlen(found->real)] = '\0'; /* no slash */
	if (lies_in(found->fd, tree->fd))
		return err_say(err, EINVAL, "%s lies in the tree %s", path, tree->path);
	return 0;
}

/* Into a directory, which is made where there is none. */
static int step(struct export_dir *dir, const char *name, struct err *err)
{
	struct folder next;
	struct stat st;
	int r, fd = below_mkdir(dir->root.fd, name, 0755);

	if (fd < 0 && fd != -EEXIST)
		return err_set(err, -fd, "cannot create %s/%s",
			       str_eq(dir->root.path, "/") ? "" : dir->root.path, name);
	fd_close(&fd);
	r = folder_enter(&dir->root, name, &next, err);
	if (r < 0)
		return r;
	folder_close(&dir->root);
	dir->root = next;
	if (fstat(next.fd, &st) < 0)
		return err_set(err, errno, "cannot look at %s", next.path);
	return trust_state(&dir->trust, &st, next.path, err);
}

static int make(struct export_dir *dir, struct trust_found *found, struct err *err)
{
	int r = take(&found->fd, found->real, &dir->root, err);

	for (char *rest = found->rest, *name; r == 0 && (name = strsep(&rest, "/"));) {
		if (*name)
			r = step(dir, name, err);
	}
	if (r < 0)
		return r;
	r = below_mkdir(dir->root.fd, EXPORT_VERSIONS, 0755);
	if (r < 0 && r != -EEXIST)
		return err_set(err, -r, "cannot create %s/" EXPORT_VERSIONS, dir->root.path);
	fd_close(&r);
	return 0;
}

static int check_found(const struct trust_found *found, const char *path, struct err *err)
{
	struct destination_place place = { .fd = found->fd };

	(void)str_copy(place.path, sizeof(place.path), found->real); /* as long */
	(void)str_copy(place.rest, sizeof(place.rest), found->rest);
	return destination_check_place(&place, path, DESTINATION_EXPORT, 0, err);
}

/* What there is of path, if an export may be made there. */
static int find_place(struct export_dir *dir, const char *path, const struct folder *tree,
		      struct trust_found *ret, struct err *err)
{
	struct err why = { 0 };
	int r = destination_check(path, DESTINATION_EXPORT, 0, err);

	if (r < 0)
		return r;
	r = trust_find(&dir->trust, path, ret, &why);
	if (r < 0)
		return cannot_find("the export ", path, r, &why, err);
	/* again, of what was found: the names on the way may be others' */
	r = check_found(ret, path, err);
	if (r == 0 && tree)
		r = check_outside(ret, tree, err);
	if (r < 0)
		fd_close(&ret->fd);
	return r;
}

int export_make(const char *path, const struct folder *tree, struct export_dir **ret,
		struct err *err)
{
	EXPORT_CLEANUP struct export_dir *dir = new_dir(EXPORT_WORK);
	struct trust_found found;
	int r;

	if (!dir)
		return err_set(err, ENOMEM, "cannot open %s", path);
	r = find_place(dir, path, tree, &found, err);
	if (r < 0)
		return r;
	r = make(dir, &found, err);
	if (r < 0)
		return r;
	r = enter_versions(dir, path, err);
	if (r < 0)
		return r;
	*ret = dir;
	dir = NULL;
	return 0;
}

/* -- closing --------------------------------------------------------------------------------- */

void export_close(struct export_dir *dir)
{
	if (!dir)
		return;
	folder_close(&dir->root);
	folder_close(&dir->versions);
	free(dir);
}

void export_cleanup(struct export_dir **dir)
{
	export_close(*dir);
}

const struct folder *export_root(const struct export_dir *dir)
{
	return &dir->root;
}

const struct folder *export_versions(const struct export_dir *dir)
{
	return &dir->versions;
}
