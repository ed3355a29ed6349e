/* SPDX-License-Identifier: MIT */
/* mkdir -p, cat, rm -r, chmod -R and sha256sum, with sentences. */
#include "base/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/err.h"
#include "core/path_size.h"
#include "core/sha256.h"
#include "sys/fd.h"

enum {
	FILE_MAX = 1024 * 1024 * 1024, /* bytes of a file that is read whole */
};

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
	for (char *s = part + 1; r == 0 && (s = strchr(s, '/')); s++) {
		*s = '\0';
		r = make_dir(part, err);
		*s = '/';
	}
	return r < 0 ? r : make_dir(path, err);
}

int files_mkdirs_for(const char *path, struct err *err)
{
	char dir[PATH_SIZE];
	char *slash;
	int r = files_path(dir, err, "%s", path);

	if (r < 0)
		return r;
	slash = strrchr(dir, '/');
	if (!slash || slash == dir)
		return 0;
	*slash = '\0';
	return files_mkdirs(dir, err);
}

int files_write(const char *path, const char *bytes, size_t n, unsigned mode, struct err *err)
{
	const struct timespec times[2] = { { .tv_sec = FILES_TIME }, { .tv_sec = FILES_TIME } };
	FD_CLEANUP int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int r;

	if (fd < 0)
		return err_set(err, errno, "cannot create %s", path);
	r = fd_write_all(fd, bytes, n);
	if (r == 0 && (fchmod(fd, mode) < 0 || futimens(fd, times) < 0))
		r = -errno;
	if (r == 0 && close(fd_steal(&fd)) < 0)
		r = -errno;
	return r < 0 ? err_set(err, -r, "cannot write %s", path) : 0;
}

int files_link(const char *target, const char *path, struct err *err)
{
	if (symlink(target, path) < 0)
		return err_set(err, errno, "cannot create the link %s", path);
	return 0;
}

int files_read(const char *path, char **ret_bytes, size_t *ret_n, struct err *err)
{
	FD_CLEANUP int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	FILES_FREE char *bytes = NULL;
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_set(err, errno, "cannot read %s", path);
	if (!S_ISREG(st.st_mode) || st.st_size > FILE_MAX)
		return err_set(err, EINVAL, "cannot read %s", path);
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

static int compare_names(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static int walk_entry(const FTSENT *entry, const struct files_walk *walk, struct err *err)
{
	int r;

	switch (entry->fts_info) {
	case FTS_D:
		return 0; /* comes again as FTS_DP */
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		return err_set(err, entry->fts_errno, "cannot read %s", entry->fts_path);
	}
	r = walk->each(entry->fts_path, entry->fts_statp, walk->context, err);
	if (r < 0 && err && !err->code)
		return err_set(err, -r, "%s", entry->fts_path);
	return r;
}

int files_walk(const char *dir, const struct files_walk *walk, struct err *err)
{
	char *const dirs[] = { (char *)dir, NULL }; /* fts_open's type; not written to */
	FTS *fts = fts_open(dirs, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, compare_names);
	FTSENT *entry = NULL;
	int r = 0;

	if (!fts)
		return err_set(err, errno, "cannot read %s", dir);
	do {
		errno = 0;
		entry = fts_read(fts);
		if (entry)
			r = walk_entry(entry, walk, err);
		else if (errno)
			r = err_set(err, errno, "cannot read %s", dir);
	} while (entry && r == 0);
	(void)fts_close(fts); /* was only read */
	return r;
}

static int compare_entries(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

int files_each_name(const char *dir, const struct files_names *names, struct err *err)
{
	struct dirent **entries;
	int n = scandir(dir, &entries, names->select, compare_entries), r = 0;

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

static int remove_one(const char *path, const struct stat *st, void *context, struct err *err)
{
	(void)context;
	if ((S_ISDIR(st->st_mode) ? rmdir(path) : unlink(path)) < 0)
		return err_set(err, errno, "cannot remove %s", path);
	return 0;
}

int files_remove(const char *path, struct err *err)
{
	if (!files_exist(path))
		return 0;
	return files_walk(path, &(struct files_walk){ .each = remove_one }, err);
}

static int settle_one(const char *path, const struct stat *st, void *context, struct err *err)
{
	const struct timespec times[2] = { { .tv_sec = FILES_TIME }, { .tv_sec = FILES_TIME } };
	mode_t mode = S_ISDIR(st->st_mode) || (st->st_mode & 0111) ? 0755 : 0644;

	(void)context;
	if (!S_ISDIR(st->st_mode) && st->st_nlink > 1)
		return 0; /* shared with something that stands already, perhaps another user's */
	if (!S_ISLNK(st->st_mode) && (st->st_mode & 07777) != mode && chmod(path, mode) < 0)
		return err_set(err, errno, "cannot set the mode of %s", path);
	if (utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW) < 0)
		return err_set(err, errno, "cannot set the time of %s", path);
	return 0;
}

int files_settle(const char *dir, struct err *err)
{
	return files_walk(dir, &(struct files_walk){ .each = settle_one }, err);
}

int files_sum(const char *path, char *ret_hex, uint64_t *ret_size, struct err *err)
{
	FD_CLEANUP int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	char bytes[64 * 1024];
	struct sha256 sha;
	uint64_t size = 0;
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_set(err, errno, "cannot read %s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, EINVAL, "cannot read %s", path);
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

void files_free(char **bytes)
{
	free(*bytes);
	*bytes = NULL;
}
