/* SPDX-License-Identifier: MIT */
/* What the shell has mkdir -p, cat, rm -r, chmod -R and sha256sum for, with sentences. */
#include "base/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/walk.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/sha256.h"
#include "sys/fd.h"

enum {
	FILE_MAX = 1024 * 1024 * 1024, /* bytes of a file that is read whole */
};

/* Bytes of one that is summed: more than any file of a tree may have. */
#define SUM_MAX UINT32_MAX

int files_path(char *ret, struct err *err, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(ret, PATH_SIZE, format, args);
	va_end(args);
	if (n < 0 || n >= PATH_SIZE)
		return err_set(err, ENAMETOOLONG, "%.64s...", ret);
	return 0;
}

int files_temporary(char *ret, const char *prefix, struct err *err)
{
	const char *dir = getenv("TMPDIR");

	return files_path(ret, err, "%s/%sXXXXXX", dir && *dir ? dir : "/tmp", prefix);
}

bool files_exist(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static int make_dir(const char *path, struct err *err)
{
	struct stat st;

	if (mkdir(path, 0755) == 0)
		return chmod(path, 0755) < 0 ? err_set(err, errno, "cannot chmod %s", path) : 0;
	if (errno != EEXIST)
		return err_set(err, errno, "cannot create %s", path);
	if (stat(path, &st) < 0)
		return err_set(err, errno, "%s", path);
	return S_ISDIR(st.st_mode) ? 0 : err_set(err, ENOTDIR, "%s", path);
}

int files_mkdirs(const char *path, struct err *err)
{
	char part[PATH_SIZE];
	struct stat st;
	int r;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return 0;
	r = files_path(part, err, "%s", path);
	if (r < 0)
		return r;
	for (char *s = part + 1; (s = strchr(s, '/')); s++) {
		*s = '\0';
		r = make_dir(part, err);
		if (r < 0)
			return r;
		*s = '/';
	}
	return make_dir(path, err);
}

int files_finish(int *fd, unsigned mode)
{
	const struct timespec times[2] = { { .tv_sec = FILES_TIME }, { .tv_sec = FILES_TIME } };

	return fchmod(*fd, mode) < 0 || futimens(*fd, times) < 0 || close(fd_steal(fd)) < 0 ? -errno
											    : 0;
}

int files_write(const char *path, const char *bytes, size_t n, unsigned mode, struct err *err)
{
	FD_CLEANUP int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int r;

	if (fd < 0)
		return err_set(err, errno, "cannot create %s", path);
	r = fd_write_all(fd, bytes, n);
	if (r == 0)
		r = files_finish(&fd, mode);
	return r < 0 ? err_set(err, -r, "cannot write %s", path) : 0;
}

int files_link(const char *target, const char *path, struct err *err)
{
	if (symlink(target, path) < 0)
		return err_set(err, errno, "cannot create the link %s", path);
	return 0;
}

int files_read_open(int fd, const char *path, char **ret_bytes, size_t *ret_n, struct err *err)
{
	FILES_FREE char *bytes = NULL;
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) < 0)
		return err_set(err, errno, "cannot read %s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, EINVAL, "cannot read %s", path);
	if (st.st_size > FILE_MAX)
		return err_say(err, EFBIG, "%s has more than 1 GiB", path);
	bytes = malloc((size_t)st.st_size + 1);
	if (!bytes)
		return err_set(err, ENOMEM, "cannot read %s", path);
	n = fd_read_all(fd, bytes, (size_t)st.st_size);
	if (n < 0)
		return err_set(err, (int)-n, "cannot read %s", path);
	bytes[n] = '\0';
	*ret_bytes = bytes;
	*ret_n = (size_t)n;
	bytes = NULL;
	return 0;
}

int files_read(const char *path, char **ret_bytes, size_t *ret_n, struct err *err)
{
	FD_CLEANUP int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		return err_set(err, errno, "cannot read %s", path);
	return files_read_open(fd, path, ret_bytes, ret_n, err);
}

static int compare_entries(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

int files_each_name_at(int dirfd, const char *at, const char *dir, const struct files_names *names,
		       struct err *err)
{
	struct dirent **entries;
	int n = scandirat(dirfd, at, &entries, names->select, compare_entries), r = 0;

	if (n < 0)
		return err_set(err, errno, "cannot read %s", dir);
	for (int i = 0; i < n; i++) {
		if (r == 0 && !is_dots(entries[i]->d_name))
			r = names->each(dir, entries[i]->d_name, err, names->ctx);
		free(entries[i]);
	}
	free(entries);
	return r;
}

int files_each_name(const char *dir, const struct files_names *names, struct err *err)
{
	return files_each_name_at(AT_FDCWD, dir, dir, names, err);
}

/* By a descriptor of the very file: whether it is shared is asked of what is changed. */
int files_settle_one(const struct walk_entry *entry, struct err *err, void *ctx)
{
	const struct timespec times[2] = { { .tv_sec = FILES_TIME }, { .tv_sec = FILES_TIME } };
	FD_CLEANUP int fd = openat(entry->dir, entry->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	mode_t mode;
	int r = 0;

	(void)ctx;
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_set(err, errno, "cannot look at %s", entry->path);
	if (!S_ISDIR(st.st_mode) && st.st_nlink > 1)
		return 0; /* shared with something that stands already, perhaps another user's */
	mode = S_ISDIR(st.st_mode) || (st.st_mode & 0111) ? 0755 : 0644;
	if (!S_ISLNK(st.st_mode) && (st.st_mode & 07777) != mode)
		r = fd_chmod(fd, mode);
	if (r < 0)
		return err_set(err, -r, "cannot set the mode of %s", entry->path);
	if (utimensat(fd, "", times, AT_EMPTY_PATH) < 0)
		return err_set(err, errno, "cannot set the time of %s", entry->path);
	return 0;
}

int files_sum_open(int fd, const char *path, char *ret_hex, uint64_t *ret_size, struct err *err)
{
	char bytes[64 * 1024];
	struct sha256 sha;
	uint64_t size = 0;
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) < 0)
		return err_set(err, errno, "cannot read %s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, EINVAL, "cannot read %s", path);
	if (st.st_size > SUM_MAX)
		return err_say(err, EFBIG, "%s has more than 4 GiB", path);
	sha256_init(&sha);
	while ((n = fd_read_all(fd, bytes, sizeof(bytes))) > 0) {
		sha256_add(&sha, bytes, (size_t)n);
		size += (uint64_t)n;
	}
	if (n < 0)
		return err_set(err, (int)-n, "cannot read %s", path);
	sha256_end_hex(&sha, ret_hex);
	*ret_size = size;
	return 0;
}

int files_sum(const char *path, char *ret_hex, uint64_t *ret_size, struct err *err)
{
	FD_CLEANUP int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		return err_set(err, errno, "cannot read %s", path);
	return files_sum_open(fd, path, ret_hex, ret_size, err);
}

void files_free(char **bytes)
{
	free(*bytes);
	*bytes = NULL;
}
