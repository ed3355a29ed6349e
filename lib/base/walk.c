/* SPDX-License-Identifier: MIT */
/* Reads the names of one directory after the other, sorts them, and looks below each. */
#include "base/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "sys/dirs.h"
#include "sys/fd.h"
#include "sys/probe.h"
#include "sys/trust.h"

/* The names in one directory, one after the other in bytes. */
struct names {
	char *bytes;
	size_t room, used;
	size_t *offsets;
	size_t n_room, n;
};

struct walker {
	const struct walk *walk;
	struct err *err;
	char path[PATH_SIZE]; /* of what is looked at */
	dev_t dev;
	bool top; /* nothing was entered yet: that may be a mount */
};

static void free_names(struct names *names)
{
	free(names->bytes);
	free(names->offsets);
}

static int keep_name(struct names *names, const char *name)
{
	size_t n = strlen(name) + 1;
	int r = array_reserve(&names->bytes, &names->room, names->used + n, 1);

	if (r < 0)
		return r;
	r = array_reserve(&names->offsets, &names->n_room, names->n + 1, sizeof(size_t));
	if (r < 0)
		return r;
	memcpy(names->bytes + names->used, name, n);
	names->offsets[names->n++] = names->used;
	names->used += n;
	return 0;
}

static int compare_names(const void *a, const void *b, void *bytes)
{
	return strcmp((char *)bytes + *(const size_t *)a, (char *)bytes + *(const size_t *)b);
}

static int read_names(int dir, struct names *names)
{
	struct dirs dirs;
	const char *name;
	int r;

	dirs_begin(&dirs, dir);
	while ((r = dirs_next(&dirs, &name)) > 0) {
		r = keep_name(names, name);
		if (r < 0)
			return r;
	}
	if (names->n)
		qsort_r(names->offsets, names->n, sizeof(size_t), compare_names, names->bytes);
	return r;
}

static int visit(struct walker *walker, int dir, const char *name);

static int visit_names(struct walker *walker, int dir, const struct names *names)
{
	size_t used = strlen(walker->path);
	/* "/", or what the caller has named so */
	size_t at = used && walker->path[used - 1] == '/' ? used - 1 : used;

	for (size_t i = 0; i < names->n; i++) {
		const char *name = names->bytes + names->offsets[i];
		int r = path_join(walker->path + at, sizeof(walker->path) - at, "", name);

		if (r < 0)
			return err_set(walker->err, ENAMETOOLONG, "%.64s...", walker->path);
		r = visit(walker, dir, name);
		walker->path[used] = '\0';
		if (r < 0)
			return r;
	}
	return 0;
}

static int call(struct walker *walker, int (*hook)(const struct walk_entry *, struct err *, void *),
		const struct walk_entry *entry)
{
	int r = hook(entry, walker->err, walker->walk->ctx);

	if (r < 0 && walker->err && !walker->err->code)
		return err_set(walker->err, -r, "%s", walker->path);
	return r;
}

static int visit_below(struct walker *walker, int fd)
{
	__attribute__((cleanup(free_names))) struct names names = { 0 };
	int r = read_names(fd, &names);

	if (r < 0)
		return err_set(walker->err, -r, "cannot read %s", walker->path);
	return visit_names(walker, fd, &names);
}

/* The caller has looked at the directory: st becomes the state of what is opened. */
static int visit_dir(struct walker *walker, struct walk_entry *entry, struct stat *st)
{
	FD_CLEANUP int fd =
		openat(entry->dir, entry->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int r = 0;

	if (fd < 0 || fstat(fd, st) < 0)
		return err_set(walker->err, errno, "cannot read %s", walker->path);
	entry->fd = fd;
	if (walker->walk->enter)
		r = call(walker, walker->walk->enter, entry);
	if (r != 0)
		return r < 0 ? r : 0;
	if (walker->walk->crosses ||
	    (st->st_dev == walker->dev && (walker->top || !probe_is_mount(fd, "")))) {
		walker->top = false;
		r = visit_below(walker, fd);
	}
	return r < 0 ? r : call(walker, walker->walk->each, entry);
}

static int visit(struct walker *walker, int dir, const char *name)
{
	struct stat st;
	struct walk_entry entry = {
		.dir = dir, .fd = -1, .name = name, .path = walker->path, .st = &st
	};

	if (walker->walk->trust) {
		int r = trust_mount(walker->walk->trust, dir, name, walker->path, walker->err);

		if (r < 0)
			return r;
	}
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_set(walker->err, errno, "cannot read %s", walker->path);
	if (S_ISDIR(st.st_mode))
		return visit_dir(walker, &entry, &st);
	return call(walker, walker->walk->each, &entry);
}

/* Opens the directory that path lies in; ret_name is the rest, without a slash at its end. A path
 * without a last name ("/", "..") is its own directory, with the name ".". */
static int open_parent(const char *path, char ret_name[PATH_SIZE], struct err *err)
{
	char parent[PATH_SIZE];
	size_t n = strlen(path);
	const char *base;
	int fd;

	while (n > 1 && path[n - 1] == '/')
		n--;
	if (n >= sizeof(parent))
		return err_set(err, ENAMETOOLONG, "%.64s...", path);
	memcpy(parent, path, n);
	parent[n] = '\0';
	base = path_base(parent);
	if (*base == '\0' || str_eq(base, ".") || str_eq(base, ".."))
		base = ".";
	(void)str_copy(ret_name, PATH_SIZE, base); /* fits: it is a part of parent */
	if (!str_eq(ret_name, ".") || str_eq(path_base(parent), ".")) {
		char *slash = strrchr(parent, '/');

		if (!slash)
			(void)str_copy(parent, sizeof(parent), "."); /* fits */
		else
			slash[slash == parent] = '\0';
	}
	fd = open(parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? err_set(err, errno, "cannot read %s", path) : fd;
}

int walk_at(int dir, const char *name, const char *path, const struct walk *walk, struct err *err)
{
	struct walker walker = { .walk = walk, .err = err, .top = true };
	struct stat st;

	if (str_copy(walker.path, sizeof(walker.path), path) < 0)
		return err_set(err, ENAMETOOLONG, "%.64s...", path);
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_set(err, errno, "cannot read %s", path);
	walker.dev = st.st_dev;
	return visit(&walker, dir, name);
}

int walk_all(const char *path, const struct walk *walk, struct err *err)
{
	char name[PATH_SIZE];
	FD_CLEANUP int dir = open_parent(path, name, err);

	return dir < 0 ? dir : walk_at(dir, name, path, walk, err);
}

/* -- removing -------------------------------------------------------------------------------- */

/* Each level is an open descriptor and a part of a path, and who has made the directory may have
 * made any number of them. */
enum { DEPTH_MAX = 64, LENGTH_MAX = 1024 };

struct removing {
	size_t length;	/* of the path of what is removed */
	int top;	/* that, if it is a directory */
	bool keeps;	/* it stays, empty */
	unsigned moved; /* out of the depth, to be removed the next time */
};

static bool is_deep(const char *below)
{
	unsigned depth = 0;

	for (const char *s = below; *s; s++)
		depth += *s == '/';
	return depth > DEPTH_MAX || strlen(below) > LENGTH_MAX;
}

/* What lies deep comes up into the top, under a name that is free there. */
static int lift_deep(const struct walk_entry *entry, struct err *err, void *ctx)
{
	struct removing *removing = ctx;
	const char *below = entry->path + removing->length;
	char name[32];

	if (!*below)
		removing->top = entry->fd;
	if (!is_deep(below))
		return 0;
	for (;;) {
		struct text text;

		text_init(&text, name, sizeof(name));
		text_addf(&text, ".busypy-deep.%u", removing->moved++); /* fits */
		if (renameat(entry->dir, entry->name, removing->top, name) == 0)
			return 1;
		if (errno != EEXIST && errno != ENOTEMPTY && errno != ENOTDIR)
			return err_set(err, errno, "cannot remove %s", entry->path);
	}
}

static int remove_one(const struct walk_entry *entry, struct err *err, void *ctx)
{
	const struct removing *removing = ctx;

	if (removing->keeps && !entry->path[removing->length])
		return 0;
	if (unlinkat(entry->dir, entry->name, S_ISDIR(entry->st->st_mode) ? AT_REMOVEDIR : 0) < 0)
		return err_set(err, errno, "cannot remove %s", entry->path);
	return 0;
}

static int remove_all(int dir, const char *name, const char *path, bool keeps, struct err *err)
{
	struct removing removing = { .length = strlen(path), .top = -1, .keeps = keeps };
	const struct walk walk = { .enter = lift_deep, .each = remove_one, .ctx = &removing };
	struct err why = { 0 };
	int r = 0;

	do {
		why = (struct err){ 0 };
		removing.moved = 0;
		r = walk_at(dir, name, path, &walk, &why);
	} while (removing.moved && (r == -ENOTEMPTY || (r == 0 && keeps)));
	if (r < 0 && err)
		*err = why;
	return r;
}

int walk_remove_at(int dir, const char *name, const char *path, struct err *err)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : err_set(err, errno, "cannot remove %s", path);
	return remove_all(dir, name, path, false, err);
}

int walk_empty(int dir, const char *path, struct err *err)
{
	return remove_all(dir, ".", path, true, err);
}

int walk_remove(const char *path, struct err *err)
{
	char name[PATH_SIZE];
	FD_CLEANUP int dir = -1;
	struct stat st;

	if (lstat(path, &st) < 0)
		return errno == ENOENT || errno == ENOTDIR
			       ? 0
			       : err_set(err, errno, "cannot remove %s", path);
	dir = open_parent(path, name, err);
	return dir < 0 ? dir : walk_remove_at(dir, name, path, err);
}
