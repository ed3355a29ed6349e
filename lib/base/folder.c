/* SPDX-License-Identifier: MIT */
/* sys/below and base/walk, with the folder's name in the sentences. */
#include "base/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/walk.h"
#include "core/err.h"
#include "core/str.h"
#include "sys/below.h"
#include "sys/fd.h"
#include "sys/trust.h"

void folder_close(struct folder *folder)
{
	fd_close(&folder->fd);
	folder->fd = -1;
}

/* -- sentences ------------------------------------------------------------------------------ */

/* "cannot VERB FOLDER/PATH: reason". */
static int cannot(const struct folder *folder, const char *verb, const char *path, int r,
		  struct err *err)
{
	if (r == -EXDEV)
		return err_say(err, EXDEV, "%s leads out of %s", path, folder->path);
	return err_set(err, -r, "cannot %s %s/%s", verb, folder->path, path);
}

/* -- directories ---------------------------------------------------------------------------- */

int folder_take(int fd, const char *path, struct folder *ret, struct err *err)
{
	size_t n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	if (str_copy_bytes(ret->path, sizeof(ret->path), path, n) < 0) {
		fd_close(&fd);
		return err_set(err, ENAMETOOLONG, "%.64s...", path);
	}
	ret->fd = fd;
	return 0;
}

int folder_open(const char *path, struct folder *ret, struct err *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return err_set(err, errno, "cannot open %s", path);
	return folder_take(fd, path, ret, err);
}

int folder_open_trusted(const char *path, struct folder *ret, struct err *err)
{
	struct trust trust;
	int fd;

	trust_init(&trust);
	if (trust.uid != 0)
		return folder_open(path, ret, err);
	fd = trust_open(&trust, path, err);
	return fd < 0 ? fd : folder_take(fd, path, ret, err);
}

int folder_take_in(const struct folder *folder, const char *path, int fd, struct folder *ret,
		   struct err *err)
{
	char full[PATH_SIZE];

	if (path_join(full, sizeof(full), folder->path, path) < 0) {
		fd_close(&fd);
		return err_set(err, ENAMETOOLONG, "%.64s...", path);
	}
	return folder_take(fd, full, ret, err);
}

int folder_enter(const struct folder *folder, const char *path, struct folder *ret, struct err *err)
{
	int fd = below_open(folder->fd, path, O_RDONLY | O_DIRECTORY);

	return fd < 0 ? cannot(folder, "read", path, fd, err)
		      : folder_take_in(folder, path, fd, ret, err);
}

int folder_make(const struct folder *folder, const char *path, struct folder *ret, struct err *err)
{
	int fd = below_mkdirs(folder->fd, path, 0755);

	return fd < 0 ? cannot(folder, "create", path, fd, err)
		      : folder_take_in(folder, path, fd, ret, err);
}

int folder_mkdirs(const struct folder *folder, const char *path, struct err *err)
{
	FD_CLEANUP int fd = below_mkdirs(folder->fd, path, 0755);

	return fd < 0 ? cannot(folder, "create", path, fd, err) : 0;
}

int folder_mkdirs_for(const struct folder *folder, const char *path, struct err *err)
{
	char dir[PATH_SIZE];
	const char *name = path_base(path);

	if (name == path)
		return 0;
	if (str_copy_bytes(dir, sizeof(dir), path, (size_t)(name - path) - 1) < 0)
		return err_set(err, ENAMETOOLONG, "%.64s...", path);
	return folder_mkdirs(folder, dir, err);
}

/* -- to look at ----------------------------------------------------------------------------- */

bool folder_has(const struct folder *folder, const char *path)
{
	struct stat st;

	return below_stat(folder->fd, path, &st) == 0;
}

int folder_stat(const struct folder *folder, const char *path, struct stat *ret, struct err *err)
{
	int r = below_stat(folder->fd, path, ret);

	return r < 0 ? cannot(folder, "look at", path, r, err) : 0;
}

int folder_open_file(const struct folder *folder, const char *path, struct err *err)
{
	int fd = below_open_file(folder->fd, path);

	return fd < 0 ? cannot(folder, "read", path, fd, err) : fd;
}

int folder_read(const struct folder *folder, const char *path, size_t max, char **ret_bytes,
		size_t *ret_n, struct err *err)
{
	FD_CLEANUP int fd = folder_open_file(folder, path, err);
	FILES_FREE char *bytes = NULL;
	struct stat st;
	ssize_t n;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return cannot(folder, "read", path, -errno, err);
	if ((uint64_t)st.st_size > max)
		return err_say(err, EFBIG, "%s/%s has more than %zu bytes", folder->path, path,
			       max);
	bytes = malloc((size_t)st.st_size + 1);
	if (!bytes)
		return cannot(folder, "read", path, -ENOMEM, err);
	n = fd_read_all(fd, bytes, (size_t)st.st_size);
	if (n < 0)
		return cannot(folder, "read", path, (int)n, err);
	bytes[n] = '\0';
	*ret_bytes = bytes;
	*ret_n = (size_t)n;
	bytes = NULL;
	return 0;
}

int folder_sum(const struct folder *folder, const char *path, char *ret_hex, uint64_t *ret_size,
	       struct err *err)
{
	FD_CLEANUP int fd = folder_open_file(folder, path, err);
	char full[PATH_SIZE];

	if (fd < 0)
		return fd;
	if (path_join(full, sizeof(full), folder->path, path) < 0)
		return err_set(err, ENAMETOOLONG, "%.64s...", path);
	return files_sum_open(fd, full, ret_hex, ret_size, err);
}

int folder_walk(const struct folder *folder, const char *path, const struct walk *walk,
		struct err *err)
{
	char full[PATH_SIZE];
	const char *name;
	FD_CLEANUP int parent = -1;

	if (str_eq(path, "."))
		return walk_at(folder->fd, ".", folder->path, walk, err);
	if (path_join(full, sizeof(full), folder->path, path) < 0)
		return err_set(err, ENAMETOOLONG, "%.64s...", path);
	parent = below_open_parent(folder->fd, path, &name);
	return parent < 0 ? cannot(folder, "read", path, parent, err)
			  : walk_at(parent, name, full, walk, err);
}

/* -- to make and to change ------------------------------------------------------------------ */

int folder_write(const struct folder *folder, const char *path, const char *bytes, size_t n,
		 unsigned mode, struct err *err)
{
	FD_CLEANUP int fd = below_create(folder->fd, path, 0600);
	int r;

	if (fd < 0)
		return cannot(folder, "create", path, fd, err);
	r = fd_write_all(fd, bytes, n);
	if (r == 0)
		r = files_finish(&fd, mode);
	return r < 0 ? cannot(folder, "write", path, r, err) : 0;
}

int folder_link(const struct folder *folder, const char *target, const char *path, struct err *err)
{
	int r = below_symlink(target, folder->fd, path);

	return r < 0 ? cannot(folder, "create the link", path, r, err) : 0;
}

int folder_move(const struct folder *folder, const char *from, const struct folder *other,
		const char *to, struct err *err)
{
	int r = below_rename(folder->fd, from, other->fd, to, 0);

	if (r < 0)
		return err_set(err, -r, "cannot move %s/%s to %s/%s", folder->path, from,
			       other->path, to);
	return 0;
}

int folder_remove(const struct folder *folder, const char *path, struct err *err)
{
	char full[PATH_SIZE];
	const char *name;
	FD_CLEANUP int parent = below_open_parent(folder->fd, path, &name);

	if (parent == -ENOENT)
		return 0;
	if (parent < 0)
		return cannot(folder, "remove", path, parent, err);
	if (path_join(full, sizeof(full), folder->path, path) < 0)
		return err_set(err, ENAMETOOLONG, "%.64s...", path);
	return walk_remove_at(parent, name, full, err);
}
