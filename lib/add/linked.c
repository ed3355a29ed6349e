/* SPDX-License-Identifier: MIT */
/* Walks over what is to be named again; where a file cannot have a second name it is copied. */
#include "add/linked.h"

#include <string.h>
#include <sys/stat.h>

#include "base/exact.h"
#include "base/files.h"
#include "base/walk.h"
#include "core/err.h"
#include "core/path_size.h"
#include "stage/copy.h"
#include "sys/below.h"
#include "sys/fd.h"

struct linking {
	const char *to;
	size_t top; /* bytes of a path that are the walk's own start */
};

/* A file of the tree or of ours: a second name for it, or a copy where that cannot be (another file
 * system, another user's). */
static int link_file(const struct walk_entry *entry, const char *to, struct err *err)
{
	FD_CLEANUP int fd = below_open_file(entry->dir, entry->name);

	if (fd < 0)
		return err_set(err, -fd, "cannot read %s", entry->path);
	return exact_link(fd, to) == 0 ? 0 : copy_bytes(fd, entry->path, to, err);
}

static int link_one(const struct walk_entry *entry, struct err *err, void *ctx)
{
	const struct linking *linking = ctx;
	const struct stat *st = entry->st;
	char to[PATH_SIZE], target[PATH_SIZE];
	int r = files_path(to, err, "%s%s", linking->to, entry->path + linking->top);

	if (r < 0)
		return r;
	r = S_ISDIR(st->st_mode) ? exact_mkdirs(to, err) : exact_mkdirs_for(to, err);
	if (r < 0 || S_ISDIR(st->st_mode))
		return r;
	r = exact_remove(to, err);
	if (r < 0)
		return r;
	if (S_ISREG(st->st_mode))
		return link_file(entry, to, err);
	if (!S_ISLNK(st->st_mode))
		return 0; /* a check of what is added says nothing of devices */
	r = below_readlink(entry->dir, entry->name, target, sizeof(target));
	if (r < 0)
		return err_set(err, -r, "cannot read %s", entry->path);
	return exact_symlink(target, to, err);
}

int linked_all(const char *dir, const char *name, const char *to, struct err *err)
{
	char from[PATH_SIZE], at[PATH_SIZE];
	int r = files_path(from, err, "%s/%s", dir, name);

	if (r < 0)
		return r;
	r = files_path(at, err, "%s/%s", to, name);
	if (r < 0 || !exact_exists(from))
		return r;
	return exact_walk(
		from,
		&(struct walk){ .each = link_one,
				.ctx = &(struct linking){ .to = at, .top = strlen(from) } },
		err);
}

int linked_name(const char *tree, const char *name, const char *to, struct err *err)
{
	char target[PATH_SIZE], at[PATH_SIZE];
	int r = files_path(target, err, "%s/%s", tree, name);

	if (r < 0)
		return r;
	r = files_path(at, err, "%s/%s", to, name);
	if (r < 0)
		return r;
	r = exact_mkdirs_for(at, err);
	if (r < 0)
		return r;
	return exact_symlink(target, at, err);
}
