/* SPDX-License-Identifier: MIT */
/* Walks a tree in the order of names, each directory by its descriptor. */
#include "export/source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/folder.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "core/version.h"
#include "export/writer.h"
#include "sys/fd.h"
#include "sys/trust.h"

enum { DEPTH_MAX = 64 };

struct walk {
	struct version_writer *writer;
	const char *tree;
	struct trust trust;
	dev_t dev;
	unsigned depth;
	char path[PATH_SIZE]; /* below the tree; "" for itself */
	struct err *err;
};

static int add_directory(struct walk *walk, int dir);

static int add_link(struct walk *walk, int dir, const char *name)
{
	char target[PATH_SIZE];
	int r = fd_read_link(dir, name, target, sizeof(target));

	if (r < 0)
		return err_set(walk->err, -r, "cannot read %s/%s", walk->tree, walk->path);
	return version_writer_link(walk->writer, walk->path, target, walk->err);
}

/* In a sticky directory only the owner of a name can replace what it stands for, and each name is
 * held to the rule itself. */
static int check_owner(const struct walk *walk, const struct stat *st)
{
	char path[PATH_SIZE];
	struct stat plain = *st;

	if (path_join(path, sizeof(path), walk->tree, walk->path) < 0)
		return err_set(walk->err, ENAMETOOLONG, "%.64s...", walk->path);
	if (S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX))
		plain.st_mode &= ~(mode_t)(S_IWGRP | S_IWOTH);
	return trust_state(&walk->trust, &plain, path, walk->err);
}

/* What is opened must be what was looked at: a link, a pipe or another file may have its name by
 * now. */
static int check_opened(const struct walk *walk, int fd, struct stat *st)
{
	struct stat now;

	if (fstat(fd, &now) < 0)
		return err_set(walk->err, errno, "cannot look at %s/%s", walk->tree, walk->path);
	if (S_ISDIR(now.st_mode) && now.st_dev != walk->dev)
		return err_say(walk->err, EXDEV, "%s/%s is on another file system", walk->tree,
			       walk->path);
	if (now.st_dev != st->st_dev || now.st_ino != st->st_ino ||
	    (now.st_mode & S_IFMT) != (st->st_mode & S_IFMT))
		return err_say(walk->err, EAGAIN, "%s/%s has changed while it was published",
			       walk->tree, walk->path);
	*st = now;
	return check_owner(walk, st);
}

static struct version_source source_of(const struct walk *walk, const struct stat *st)
{
	bool named_again = st->st_nlink > 1;

	return (struct version_source){ .path = walk->path,
					.mode = st->st_mode,
					.mtime = st->st_mtim,
					.dev = named_again ? st->st_dev : 0,
					.ino = named_again ? st->st_ino : 0 };
}

/* A second name of what was added: which file it is says all there is to say. 1, or 0 for any other
 * file. */
static int add_again(const struct walk *walk, const struct stat *st)
{
	const struct version_source source = source_of(walk, st);
	int r = source.ino ? check_owner(walk, st) : 0;

	return r < 0 || !source.ino ? r : version_writer_again(walk->writer, &source, walk->err);
}

static int add_file(struct walk *walk, int dir, const char *name, struct stat *st)
{
	FD_CLEANUP int fd = -1;
	struct version_source source;
	int r = add_again(walk, st);

	if (r != 0)
		return r < 0 ? r : 0;
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return err_set(walk->err, errno, "cannot read %s/%s", walk->tree, walk->path);
	r = check_opened(walk, fd, st);
	if (r < 0)
		return r;
	source = source_of(walk, st);
	return version_writer_file(walk->writer, &source, fd, walk->err);
}

static int add_subdirectory(struct walk *walk, int dir, const char *name, struct stat *st)
{
	FD_CLEANUP int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int r;

	if (fd < 0)
		return err_set(walk->err, errno, "cannot read %s/%s", walk->tree, walk->path);
	r = check_opened(walk, fd, st);
	if (r < 0)
		return r;
	if (walk->depth == DEPTH_MAX)
		return err_say(walk->err, ELOOP, "%s/%s lies deeper than %d folders", walk->tree,
			       walk->path, DEPTH_MAX);
	r = version_writer_dir(walk->writer, walk->path, st->st_mode, walk->err);
	if (r < 0)
		return r;
	walk->depth++;
	r = add_directory(walk, fd);
	walk->depth--;
	return r;
}

static int add_entry(struct walk *walk, int dir, const char *name)
{
	struct stat st;

	if (str_eq(walk->path, TREE_VERSION_RECORD) || str_eq(walk->path, TREE_VERSION_MANIFEST))
		return 0;
	if (str_eq(walk->path, TREE_STAGING))
		return tree_layout_being_staged(walk->tree, walk->err);
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_set(walk->err, errno, "cannot look at %s/%s", walk->tree, walk->path);
	if (S_ISLNK(st.st_mode))
		return add_link(walk, dir, name);
	if (S_ISREG(st.st_mode))
		return add_file(walk, dir, name, &st);
	if (S_ISDIR(st.st_mode))
		return add_subdirectory(walk, dir, name, &st);
	return err_say(walk->err, EINVAL, "%s/%s is neither file, directory nor link", walk->tree,
		       walk->path);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int add_directory(struct walk *walk, int dir)
{
	size_t length = strlen(walk->path);
	struct dirent **entries;
	struct text text;
	int n = scandirat(dir, ".", &entries, NULL, by_name), r = 0;

	if (n < 0)
		return err_set(walk->err, errno, "cannot read %s/%s", walk->tree, walk->path);
	for (int i = 0; i < n; i++) {
		const char *name = entries[i]->d_name;

		if (r == 0 && !str_eq(name, ".") && !str_eq(name, "..")) {
			text_init(&text, walk->path + length, sizeof(walk->path) - length);
			text_addf(&text, "%s%s", length ? "/" : "", name);
			r = text_check(&text) < 0
				    ? err_set(walk->err, ENAMETOOLONG, "%.64s...", walk->path)
				    : add_entry(walk, dir, name);
			walk->path[length] = '\0';
		}
		free(entries[i]);
	}
	free(entries);
	return r;
}

int source_tree_add(struct version_writer *writer, const struct folder *tree, struct err *err)
{
	struct walk walk = { .writer = writer, .tree = tree->path, .err = err };
	struct stat st;

	if (fstat(tree->fd, &st) < 0)
		return err_set(err, errno, "cannot read %s", tree->path);
	trust_init_root(&walk.trust);
	walk.dev = st.st_dev;
	return add_directory(&walk, tree->fd);
}
