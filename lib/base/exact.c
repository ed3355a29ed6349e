/* SPDX-License-Identifier: MIT */
/* Every path is one below a folder that is "/". */
#include "base/exact.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/folder.h"
#include "base/walk.h"
#include "core/err.h"
#include "core/path_size.h"
#include "sys/below.h"
#include "sys/fd.h"

enum { FILE_MAX = 1024 * 1024 * 1024 /* bytes of a file that is read whole */ };

/* "/"; its name in sentences is empty. -1 cannot be opened below: -EBADF is told then. */
static struct folder top(void)
{
	return (struct folder){ .fd = below_root() };
}

int exact_open(const char *path, int flags)
{
	return below_open_root(path, flags);
}

int exact_open_file(const char *path, struct err *err)
{
	int fd = below_open_regular(path);

	if (fd == -ELOOP)
		return err_say(err, ELOOP, "%s is, or is reached by, a symbolic link", path);
	return fd < 0 ? err_set(err, -fd, "cannot read %s", path) : fd;
}

int exact_open_named(const char *path, char ret_path[PATH_SIZE], struct err *err)
{
	FD_CLEANUP int seen = below_open_named(path, O_PATH, ret_path);
	struct stat st;
	int fd;

	if (seen < 0 || fstat(seen, &st) < 0)
		return err_set(err, seen < 0 ? -seen : errno, "cannot read %s", path);
	if (!S_ISREG(st.st_mode))
		return err_say(err, EINVAL, "%s is no regular file", path);
	fd = fd_reopen(seen, O_RDONLY | O_NOCTTY);
	return fd < 0 ? err_set(err, -fd, "cannot read %s", path) : fd;
}

int exact_stat(const char *path, struct stat *ret)
{
	FOLDER_CLEANUP struct folder root = top();

	return below_stat(root.fd, below_rest(path), ret);
}

bool exact_exists(const char *path)
{
	struct stat st;

	return exact_stat(path, &st) == 0;
}

int exact_mkdirs(const char *path, struct err *err)
{
	FOLDER_CLEANUP struct folder root = top();

	return folder_mkdirs(&root, below_rest(path), err);
}

int exact_mkdirs_for(const char *path, struct err *err)
{
	FOLDER_CLEANUP struct folder root = top();

	return folder_mkdirs_for(&root, below_rest(path), err);
}

int exact_write(const char *path, const char *bytes, size_t n, unsigned mode, struct err *err)
{
	FOLDER_CLEANUP struct folder root = top();

	return folder_write(&root, below_rest(path), bytes, n, mode, err);
}

int exact_create(const char *path, struct err *err)
{
	FOLDER_CLEANUP struct folder root = top();
	int fd = below_create(root.fd, below_rest(path), 0600);

	return fd < 0 ? err_set(err, -fd, "cannot create %s", path) : fd;
}

int exact_symlink(const char *target, const char *path, struct err *err)
{
	FOLDER_CLEANUP struct folder root = top();

	return folder_link(&root, target, below_rest(path), err);
}

int exact_readlink(const char *path, char ret[PATH_SIZE])
{
	FOLDER_CLEANUP struct folder root = top();

	return below_readlink(root.fd, below_rest(path), ret, PATH_SIZE);
}

int exact_link(int fd, const char *path)
{
	FOLDER_CLEANUP struct folder root = top();

	return below_link(fd, root.fd, below_rest(path));
}

int exact_rename(const char *from, const char *to, struct err *err)
{
	FOLDER_CLEANUP struct folder root = top();

	return folder_move(&root, below_rest(from), &root, below_rest(to), err);
}

int exact_chmod(const char *path, unsigned mode, struct err *err)
{
	FOLDER_CLEANUP struct folder root = top();
	int r = below_chmod(root.fd, below_rest(path), mode);

	return r < 0 ? err_set(err, -r, "cannot chmod %s", path) : 0;
}

int exact_read(const char *path, char **ret_bytes, size_t *ret_n, struct err *err)
{
	FOLDER_CLEANUP struct folder root = top();

	return folder_read(&root, below_rest(path), FILE_MAX, ret_bytes, ret_n, err);
}

int exact_sum(const char *path, char *ret_hex, uint64_t *ret_size, struct err *err)
{
	FOLDER_CLEANUP struct folder root = top();

	return folder_sum(&root, below_rest(path), ret_hex, ret_size, err);
}

int exact_walk(const char *path, const struct walk *walk, struct err *err)
{
	FOLDER_CLEANUP struct folder root = top();

	return folder_walk(&root, below_rest(path), walk, err);
}

int exact_remove(const char *path, struct err *err)
{
	FOLDER_CLEANUP struct folder root = top();

	return folder_remove(&root, below_rest(path), err);
}

int exact_each_name(const char *path, const struct files_names *names, struct err *err)
{
	FD_CLEANUP int fd = exact_open(path, O_RDONLY | O_DIRECTORY);

	if (fd < 0)
		return err_set(err, -fd, "cannot read %s", path);
	return files_each_name_at(fd, ".", path, names, err);
}

int exact_settle(const char *path, struct err *err)
{
	return exact_walk(path, &(struct walk){ .each = files_settle_one }, err);
}
