/* SPDX-License-Identifier: MIT */
/* A directory with a lock; every archive is checked each time it is used. */
#include "source/package_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/destination.h"
#include "base/files.h"
#include "base/listener.h"
#include "core/destination.h"
#include "core/err.h"
#include "core/package.h"
#include "core/path_size.h"
#include "core/str.h"
#include "sys/fd.h"

int package_cache_dir(const char *given, char *ret, struct err *err)
{
	const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

	if (given)
		return files_path(ret, err, "%s", given);
	if (geteuid() == 0)
		return files_path(ret, err, "/var/cache/busypy");
	if (base && base[0] == '/')
		return files_path(ret, err, "%s/busypy", base);
	if (home && home[0] == '/')
		return files_path(ret, err, "%s/.cache/busypy", home);
	return err_say(err, ENOENT,
		       "HOME is not set, so there is no place for packages (Hint: give --cache "
		       "DIR)");
}

/* Whoever can open the file can lock it, and keep us waiting: nobody but its owner can. One that an
 * earlier version made for all to read gives way. */
static int open_lock(const char *path)
{
	FD_CLEANUP int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -1;
	if (!(st.st_mode & 077))
		return fd_steal(&fd);
	if (unlink(path) < 0 && errno != ENOENT)
		return -1;
	return open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
}

static int lock(struct package_cache *cache, const struct listener *listener, struct err *err)
{
	char path[PATH_SIZE];
	int r = files_path(path, err, "%s/lock", cache->dir);

	if (r < 0)
		return r;
	cache->lock = open_lock(path);
	if (cache->lock < 0)
		return err_set(err, errno, "cannot create %s", path);
	if (flock(cache->lock, LOCK_EX | LOCK_NB) == 0)
		return 0;
	listener_step(listener, "waiting for another busypy to download");
	while (flock(cache->lock, LOCK_EX) < 0) {
		if (errno != EINTR)
			return err_set(err, errno, "cannot lock %s", path);
	}
	return 0;
}

int package_cache_open(const char *given, const struct listener *listener,
		       struct package_cache *ret, struct err *err)
{
	FILES_FREE char *real = NULL;
	char dir[PATH_SIZE];
	int r;

	ret->lock = -1;
	r = given ? destination_check(given, DESTINATION_OUTPUT, 0, err) : 0;
	if (r < 0)
		return r;
	r = package_cache_dir(given, dir, err);
	if (r < 0)
		return r;
	r = files_mkdirs(dir, err);
	if (r < 0)
		return r;
	real = realpath(dir, NULL);
	if (!real)
		return err_set(err, errno, "%s", dir);
	r = files_path(ret->dir, err, "%s", real);
	if (r < 0)
		return r;
	r = files_path(dir, err, "%s/debs", ret->dir);
	if (r < 0)
		return r;
	r = files_mkdirs(dir, err);
	if (r < 0)
		return r;
	r = lock(ret, listener, err);
	if (r < 0)
		package_cache_close(ret);
	return r;
}

void package_cache_close(struct package_cache *cache)
{
	fd_close(&cache->lock);
	cache->lock = -1;
}

int package_cache_path(const struct package_cache *cache, const struct package *package, char *ret,
		       struct err *err)
{
	char file[4 * PACKAGE_WORD_MAX];

	if (package_file(package, file, sizeof(file)) < 0)
		return err_set(err, ENAMETOOLONG, "%s", package->name);
	return files_path(ret, err, "%s/debs/%s", cache->dir, file);
}

static bool fits(const struct package *package, const char *path)
{
	char sum[PACKAGE_SUM_SIZE];
	uint64_t size;

	return files_sum(path, sum, &size, NULL) == 0 && str_eq(sum, package->sum);
}

bool package_cache_has(const struct package_cache *cache, const struct package *package)
{
	char path[PATH_SIZE];

	if (package_cache_path(cache, package, path, NULL) < 0 || !files_exist(path))
		return false;
	if (fits(package, path))
		return true;
	(void)unlink(path); /* if that fails, replacing it will say why */
	return false;
}

int package_cache_take(const struct package_cache *cache, const struct package *package,
		       const char *from, struct err *err)
{
	char path[PATH_SIZE], to[PATH_SIZE], file[4 * PACKAGE_WORD_MAX];
	int r = package_file(package, file, sizeof(file));

	if (r < 0)
		return err_set(err, ENAMETOOLONG, "%s", package->name);
	r = files_path(path, err, "%s/%s", from, file);
	if (r < 0)
		return r;
	r = package_cache_path(cache, package, to, err);
	if (r < 0)
		return r;
	if (!files_exist(path))
		return err_say(err, ENOENT, "%s %s (%s) was not downloaded", package->name,
			       package->version, package->arch);
	if (!fits(package, path))
		return err_say(err, EINVAL, "%s %s (%s) has another checksum than it should have",
			       package->name, package->version, package->arch);
	if (rename(path, to) < 0)
		return err_set(err, errno, "cannot move %s to %s", path, to);
	return 0;
}
