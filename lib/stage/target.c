/* SPDX-License-Identifier: MIT */
/* Goes down from the tree's descriptor, folder by folder. */
#include "stage/target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/sysroot.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "sys/below.h"
#include "sys/fd.h"
#include "sys/trust.h"

/* Where the folder is, every link on the way resolved; only links that are there count. */
static int resolve(const struct target *target, const char *folder, char ret[PATH_SIZE],
		   struct err *err)
{
	ARRAY_FREE struct sysroot *root = malloc(sizeof(*root)); /* too large for a stack */
	char path[PATH_SIZE];
	int r = root ? sysroot_init(root, target->tree) : -ENOMEM;

	if (r == 0)
		r = path_join(path, sizeof(path), "", folder);
	if (r == 0)
		r = sysroot_canonical(root, path, ret);
	return r < 0 ? err_set(err, -r, "cannot find %s/%s", target->tree, folder) : 0;
}

/* Into one folder. 1 if it is missing and was not to be made; -ELOOP, without a sentence, where it
 * is a link. */
static int step(const struct target *target, int at, const char *path, bool make, int *ret,
		struct err *err)
{
	const char *name = path_base(path);
	char named[PATH_SIZE];
	struct stat st;
	int fd = openat(at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT && !make)
		return 1;
	if (fd < 0 && errno == ENOENT) {
		fd = below_mkdirs(at, name, 0755);
		errno = fd < 0 ? -fd : 0;
	}
	*ret = fd < 0 ? -1 : fd;
	if (path_join(named, sizeof(named), target->tree, path) < 0)
		return err_set(err, ENAMETOOLONG, "%.64s...", path);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_set(err, errno, "cannot open %s", named);
	if (S_ISLNK(st.st_mode))
		return -ELOOP;
	if (!S_ISDIR(st.st_mode))
		return err_set(err, ENOTDIR, "cannot open %s", named);
	return target->trust ? trust_state(target->trust, &st, named, err) : 0;
}

/* Down a path without a slash at its ends, "" for the tree itself. */
static int descend(const struct target *target, const char *folder, bool make, int *ret,
		   struct err *err)
{
	char path[PATH_SIZE];
	size_t n = 0;

	if (str_copy(path, sizeof(path), folder) < 0)
		return err_set(err, ENAMETOOLONG, "%.64s...", folder);
	*ret = openat(target->root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (*ret < 0)
		return err_set(err, errno, "cannot open %s", target->tree);
	while (folder[n]) {
		FD_CLEANUP int next = -1;
		int r;

		n += strcspn(folder + n, "/");
		path[n] = '\0';
		r = step(target, *ret, path, make, &next, err);
		if (r != 0)
			return r;
		fd_close(ret);
		*ret = fd_steal(&next);
		path[n] = folder[n];
		n += folder[n] == '/';
	}
	return 0;
}

static int open_folder(const struct target *target, const char *path, bool make, int *ret,
		       struct err *err)
{
	char folder[PATH_SIZE], resolved[PATH_SIZE];
	size_t n = (size_t)(path_base(path) - path);
	int r = str_copy_bytes(folder, sizeof(folder), path, n ? n - 1 : 0);

	if (r < 0)
		return err_set(err, ENAMETOOLONG, "%.64s...", path);
	r = descend(target, folder, make, ret, err);
	if (r != -ELOOP)
		return r;
	fd_close(ret);
	*ret = -1;
	r = resolve(target, folder, resolved, err);
	if (r < 0)
		return r;
	r = descend(target, resolved + 1, make, ret, err);
	return r == -ELOOP
		       ? err_say(err, EAGAIN, "%s/%s has just become a link", target->tree, folder)
		       : r;
}

int target_open(const struct target *target, const char *path, const char **ret_name,
		struct err *err)
{
	FD_CLEANUP int fd = -1;
	int r = open_folder(target, path, true, &fd, err);

	*ret_name = path_base(path);
	return r < 0 ? r : fd_steal(&fd);
}

int target_check(const struct target *target, const char *path, struct err *err)
{
	FD_CLEANUP int fd = -1;
	int r = open_folder(target, path, false, &fd, err);

	return r < 0 ? r : 0;
}
