/* SPDX-License-Identifier: MIT */
/* Resolves by sys/below, then works in the directory that was opened. */
#include "base/exact.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/walk.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "sys/below.h"
#include "sys/fd.h"

int exact_open(int dir, const char *path, int flags)
{
	return path[0] == '/' || dir == AT_FDCWD ? below_open_root(path, flags)
						 : below_open(dir, path, flags);
}

static int changed(int r, const char *path, struct err *err)
{
	if (r == -ELOOP)
		return err_say(err, ELOOP, "%s is, or is reached by, a symbolic link", path);
	return err_set(err, -r, "cannot read %s", path);
}

int exact_open_file(int dir, const char *path, struct err *err)
{
	FD_CLEANUP int fd = -1;
	struct stat st;
	int r = exact_stat(dir, path, &st);

	if (r == 0 && !S_ISREG(st.st_mode))
		r = S_ISLNK(st.st_mode) ? -ELOOP : -EINVAL;
	if (r < 0)
		return changed(r, path, err);
	/* A fifo or a terminal that stands there by now is neither waited for nor taken. */
	fd = exact_open(dir, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return changed(fd, path, err);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return changed(-EINVAL, path, err);
	return fd_steal(&fd);
}

int exact_parent(int dir, const char *path, const char **ret_name)
{
	char parent[PATH_SIZE];
	const char *name = path_base(path);
	int r = str_copy_bytes(parent, sizeof(parent), path, (size_t)(name - path));

	if (r < 0)
		return -ENAMETOOLONG;
	if (!*name || str_eq(name, ".") || str_eq(name, ".."))
		return -EINVAL;
	*ret_name = name;
	return exact_open(dir, *parent ? parent : ".", O_PATH | O_DIRECTORY);
}

int exact_stat(int dir, const char *path, struct stat *ret)
{
	FD_CLEANUP int fd = exact_open(dir, path, O_PATH | O_NOFOLLOW);

	if (fd < 0)
		return fd;
	return fstat(fd, ret) < 0 ? -errno : 0;
}

bool exact_exists(int dir, const char *path)
{
	struct stat st;

	return exact_stat(dir, path, &st) == 0;
}

/* -- creating ------------------------------------------------------------------------------- */

/* Opens a directory for its descriptor alone, and makes it if it is missing. */
static int enter(int at, const char *name)
{
	FD_CLEANUP int fd = -1;
	bool is_new = mkdirat(at, name, 0700) == 0;

	if (!is_new && errno != EEXIST)
		return -errno;
	fd = below_open(at, name, (is_new ? O_RDONLY : O_PATH) | O_DIRECTORY | O_NOFOLLOW);
	if (fd >= 0 && is_new && fchmod(fd, 0755) < 0)
		return -errno;
	return fd < 0 ? fd : fd_steal(&fd);
}

/* The rest of a path, made where the part before it was found. */
static int make_rest(int at, char *rest)
{
	FD_CLEANUP int dir = -1;

	for (char *name = rest, *end; *name; name = end) {
		int next;

		name += strspn(name, "/");
		end = name + strcspn(name, "/");
		end += *end ? (*end = '\0', 1) : 0;
		if (!*name)
			break;
		next = enter(dir < 0 ? at : dir, name);
		fd_close(&dir);
		dir = next;
		if (dir < 0)
			return fd_steal(&dir);
	}
	return 0;
}

int exact_mkdirs(int dir, const char *path, struct err *err)
{
	FD_CLEANUP int at = exact_open(dir, path, O_PATH | O_DIRECTORY);
	char part[PATH_SIZE];
	size_t n = strlen(path);
	int r = str_copy(part, sizeof(part), path);

	if (at >= 0)
		return 0;
	if (r < 0)
		return err_set(err, ENAMETOOLONG, "%.64s...", path);
	/* what is there already, as much of it as there is */
	while (at == -ENOENT && n > 0) {
		while (n > 0 && part[n - 1] != '/')
			n--;
		while (n > 1 && part[n - 1] == '/')
			n--;
		part[n] = '\0';
		at = exact_open(dir, n ? part : ".", O_PATH | O_DIRECTORY);
	}
	(void)str_copy(part, sizeof(part), path); /* fitted above */
	r = at < 0 ? at : make_rest(at, part + n);
	return r < 0 ? err_set(err, -r, "cannot create %s", path) : 0;
}

int exact_mkdirs_for(int dir, const char *path, struct err *err)
{
	char parent[PATH_SIZE];
	size_t n = (size_t)(path_base(path) - path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	if (str_copy_bytes(parent, sizeof(parent), path, n) < 0)
		return err_set(err, ENAMETOOLONG, "%.64s...", path);
	return n ? exact_mkdirs(dir, parent, err) : 0;
}

int exact_create(int dir, const char *path, struct err *err)
{
	const char *name;
	FD_CLEANUP int parent = exact_parent(dir, path, &name);
	int fd;

	if (parent < 0)
		return err_set(err, -parent, "cannot create %s", path);
	fd = openat(parent, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd < 0 ? err_set(err, errno, "cannot create %s", path) : fd;
}

int exact_finish(int fd, unsigned mode)
{
	const struct timespec times[2] = { { .tv_sec = FILES_TIME }, { .tv_sec = FILES_TIME } };

	return fchmod(fd, mode) < 0 || futimens(fd, times) < 0 ? -errno : 0;
}

int exact_write(int dir, const char *path, const char *bytes, size_t n, unsigned mode,
		struct err *err)
{
	FD_CLEANUP int fd = exact_create(dir, path, err);
	int r;

	if (fd < 0)
		return fd;
	r = fd_write_all(fd, bytes, n);
	if (r == 0)
		r = exact_finish(fd, mode);
	if (r == 0 && close(fd_steal(&fd)) < 0)
		r = -errno;
	return r < 0 ? err_set(err, -r, "cannot write %s", path) : 0;
}

int exact_symlink(int dir, const char *target, const char *path, struct err *err)
{
	const char *name;
	FD_CLEANUP int parent = exact_parent(dir, path, &name);
	int r = parent < 0 ? parent : symlinkat(target, parent, name) < 0 ? -errno : 0;

	return r < 0 ? err_set(err, -r, "cannot create the link %s", path) : 0;
}

int exact_link(int dir, const char *from, const char *to)
{
	const char *name, *new_name;
	FD_CLEANUP int parent = exact_parent(dir, from, &name);
	FD_CLEANUP int new_parent = exact_parent(dir, to, &new_name);

	if (parent < 0 || new_parent < 0)
		return parent < 0 ? parent : new_parent;
	return linkat(parent, name, new_parent, new_name, 0) < 0 ? -errno : 0;
}

/* -- changing ------------------------------------------------------------------------------- */

int exact_rename(int dir, const char *from, const char *to, struct err *err)
{
	const char *name, *new_name;
	FD_CLEANUP int parent = exact_parent(dir, from, &name);
	FD_CLEANUP int new_parent = exact_parent(dir, to, &new_name);
	int r = parent < 0 ? parent : new_parent < 0 ? new_parent : 0;

	if (r == 0 && renameat(parent, name, new_parent, new_name) < 0)
		r = -errno;
	return r < 0 ? err_set(err, -r, "cannot move %s to %s", from, to) : 0;
}

int exact_chmod(int dir, const char *path, unsigned mode, struct err *err)
{
	FD_CLEANUP int fd = exact_open(dir, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);

	if (fd < 0 || fchmod(fd, mode) < 0)
		return err_set(err, fd < 0 ? -fd : errno, "cannot chmod %s", path);
	return 0;
}

/* -- reading -------------------------------------------------------------------------------- */

int exact_readlink(int dir, const char *path, char ret[PATH_SIZE])
{
	FD_CLEANUP int fd = exact_open(dir, path, O_PATH | O_NOFOLLOW);
	ssize_t n = fd < 0 ? -1 : readlinkat(fd, "", ret, PATH_SIZE - 1);

	if (n < 0) /* of what is no link the empty name says ENOENT */
		return fd < 0 ? fd : errno == ENOENT ? -EINVAL : -errno;
	ret[n] = '\0';
	return (int)n;
}

int exact_read(int dir, const char *path, char **ret_bytes, size_t *ret_n, struct err *err)
{
	FD_CLEANUP int fd = exact_open_file(dir, path, err);

	return fd < 0 ? fd : files_read_open(fd, path, ret_bytes, ret_n, err);
}

int exact_sum(int dir, const char *path, char *ret_hex, uint64_t *ret_size, struct err *err)
{
	FD_CLEANUP int fd = exact_open_file(dir, path, err);

	return fd < 0 ? fd : files_sum_open(fd, path, ret_hex, ret_size, err);
}

int exact_walk(int dir, const char *path, const struct walk *walk, struct err *err)
{
	const char *name;
	FD_CLEANUP int parent = exact_parent(dir, path, &name);

	if (parent < 0)
		return err_set(err, -parent, "cannot read %s", path);
	return walk_at(parent, name, path, walk, err);
}

int exact_remove(int dir, const char *path, struct err *err)
{
	const char *name;
	FD_CLEANUP int parent = exact_parent(dir, path, &name);

	if (parent == -ENOENT)
		return 0;
	if (parent < 0)
		return err_set(err, -parent, "cannot remove %s", path);
	return walk_remove_at(parent, name, path, err);
}

static int compare_entries(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

int exact_each_name(const char *path, const struct files_names *names, struct err *err)
{
	FD_CLEANUP int fd = exact_open(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
	struct dirent **entries;
	int n, r = 0;

	if (fd < 0)
		return err_set(err, -fd, "cannot read %s", path);
	n = scandirat(fd, ".", &entries, names->select, compare_entries);
	if (n < 0)
		return err_set(err, errno, "cannot read %s", path);
	for (int i = 0; i < n; i++) {
		const char *name = entries[i]->d_name;

		if (r == 0 && !str_eq(name, ".") && !str_eq(name, ".."))
			r = names->each(path, name, err, names->ctx);
		free(entries[i]);
	}
	free(entries);
	return r;
}
