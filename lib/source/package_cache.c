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

#include "base/cache_home.h"
#include "base/destination.h"
#include "base/files.h"
#include "base/listener.h"
#include "base/own_lock.h"
#include "core/destination.h"
#include "core/err.h"
#include "core/package.h"
#include "core/path_size.h"
#include "core/str.h"
#include "sys/below.h"
#include "sys/fd.h"
#include "sys/trust.h"

int package_cache_dir(const char *given, char *ret, struct err *err)
{
	int r = given ? files_path(ret, err, "%s", given) : cache_home(ret, err);

	if (r != -ENOENT)
		return r;
	return err_say(err, ENOENT,
		       "HOME is not set, so there is no place for packages (Hint: give --cache "
		       "DIR)");
}

static int lock(struct package_cache *cache, const struct listener *listener, struct err *err)
{
	cache->lock = own_lock_open(cache->fd, "lock");
	if (cache->lock < 0)
		return err_set(err, -cache->lock, "cannot create %s/lock", cache->dir);
	if (flock(cache->lock, LOCK_EX | LOCK_NB) == 0)
		return 0;
	listener_step(listener, "waiting for another busypy to download");
	while (flock(cache->lock, LOCK_EX) < 0) {
		if (errno != EINTR)
			return err_set(err, errno, "cannot lock %s/lock", cache->dir);
	}
	return 0;
}

void package_cache_init(struct package_cache *cache)
{
	*cache = (struct package_cache){ .fd = -1, .lock = -1 };
}

/* For root, every link and folder on the way is held to the rule, not only where it has led. */
static int check_way(const char *given, struct err *err)
{
	struct trust trust;

	trust_init(&trust);
	return trust.uid == 0 ? trust_path(&trust, given, err) : 0;
}

/* What a user named is looked at and made below the last folder that exists; the default is made
 * at once. */
static int open_place(const char *given, struct destination_place *ret, struct err *err)
{
	char dir[PATH_SIZE];
	int r;

	if (given)
		return destination_open(given, DESTINATION_OUTPUT, 0, ret, err);
	r = package_cache_dir(NULL, dir, err);
	if (r == 0)
		r = files_mkdirs(dir, err);
	if (r < 0)
		return r;
	ret->fd = below_open_named(dir, O_PATH | O_DIRECTORY, ret->path);
	return ret->fd < 0 ? err_set(err, -ret->fd, "%s", dir) : 0;
}

static int open_dir(const char *given, struct package_cache *cache, struct err *err)
{
	DESTINATION_CLEANUP struct destination_place place = DESTINATION_NOWHERE;
	FD_CLEANUP int debs = -1;
	FD_CLEANUP int fd = -1;
	int r = open_place(given, &place, err);

	/* where others could lead it elsewhere, nothing is made */
	if (r == 0 && given)
		r = check_way(given, err);
	if (r < 0)
		return r;
	r = files_path(cache->dir, err, "%s%s%s", place.path,
		       !*place.rest || str_eq(place.path, "/") ? "" : "/", place.rest);
	if (r < 0)
		return r;
	fd = below_mkdirs(place.fd, *place.rest ? place.rest : ".", 0755);
	if (fd < 0)
		return err_set(err, -fd, "cannot create %s", cache->dir);
	cache->fd = below_open(fd, ".", O_RDONLY | O_DIRECTORY);
	if (cache->fd < 0)
		return err_set(err, -cache->fd, "%s", cache->dir);
	r = trust_for_root(cache->fd, cache->dir, err);
	if (r < 0)
		return r;
	debs = below_mkdirs(cache->fd, "debs", 0755);
	return debs < 0 ? err_set(err, -debs, "cannot create %s/debs", cache->dir) : 0;
}

int package_cache_open(const char *given, const struct listener *listener,
		       struct package_cache *ret, struct err *err)
{
	int r;

	package_cache_init(ret);
	r = open_dir(given, ret, err);
	if (r == 0)
		r = lock(ret, listener, err);
	if (r < 0)
		package_cache_close(ret);
	return r;
}

void package_cache_unlock(struct package_cache *cache)
{
	fd_close(&cache->lock);
	cache->lock = -1;
}

void package_cache_close(struct package_cache *cache)
{
	package_cache_unlock(cache);
	fd_close(&cache->fd);
	cache->fd = -1;
}

/* -- archives ------------------------------------------------------------------------------- */

/* Its name in one of the cache's folders. */
static int name_archive(const char *folder, const struct package *package, char *ret)
{
	char file[4 * PACKAGE_WORD_MAX];
	int r = package_file(package, file, sizeof(file));

	return r < 0 ? r : path_join(ret, PATH_SIZE, folder, file);
}

int package_cache_path(const struct package_cache *cache, const struct package *package, char *ret,
		       struct err *err)
{
	char name[PATH_SIZE];

	if (name_archive("debs", package, name) < 0)
		return err_set(err, ENAMETOOLONG, "%s", package->name);
	return files_path(ret, err, "%s/%s", cache->dir, name);
}

/* What somebody else could still change becomes a file without a name first. */
static int make_own(const struct package_cache *cache, int fd)
{
	FD_CLEANUP int own = -1;
	struct trust trust;
	struct stat st;
	int r;

	trust_init(&trust);
	if (fstat(fd, &st) < 0)
		return -errno;
	if (trust_state(&trust, &st, "", NULL) == 0)
		return fcntl(fd, F_DUPFD_CLOEXEC, 3);
	own = below_create_unnamed(cache->fd);
	if (own < 0)
		return own;
	r = fd_copy(fd, own);
	return r < 0 ? r : fd_steal(&own);
}

/* The archive, opened once: what is summed up is what is unpacked. -EINVAL for another one. */
static int open_archive(const struct package_cache *cache, const struct package *package,
			const char *name)
{
	FD_CLEANUP int found = below_open_file(cache->fd, name);
	FD_CLEANUP int fd = -1;
	char sum[PACKAGE_SUM_SIZE];
	uint64_t size;
	struct stat st;

	if (found < 0)
		return found == -EINVAL || found == -ELOOP ? -EINVAL : -ENOENT;
	if (fstat(found, &st) < 0 || (package->size && (uint64_t)st.st_size != package->size))
		return -EINVAL;
	fd = make_own(cache, found);
	if (fd < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return -EINVAL;
	if (files_sum_open(fd, name, sum, &size, NULL) < 0 || !str_eq(sum, package->sum))
		return -EINVAL;
	return fd_steal(&fd);
}

int package_cache_get(const struct package_cache *cache, const struct package *package)
{
	char name[PATH_SIZE];
	int fd = name_archive("debs", package, name);

	if (fd == 0)
		fd = open_archive(cache, package, name);
	return fd < 0 ? -ENOENT : fd;
}

bool package_cache_has(const struct package_cache *cache, const struct package *package)
{
	FD_CLEANUP int fd = -1;
	char name[PATH_SIZE];

	if (name_archive("debs", package, name) < 0)
		return false;
	fd = open_archive(cache, package, name);
	if (fd == -EINVAL)
		(void)below_unlink(cache->fd, name, 0); /* if not, replacing it will say why */
	return fd >= 0;
}

int package_cache_take(const struct package_cache *cache, const struct package *package,
		       struct err *err)
{
	char from[PATH_SIZE], to[PATH_SIZE];
	FD_CLEANUP int fd = -1;
	int r;

	if (name_archive("partial", package, from) < 0 || name_archive("debs", package, to) < 0)
		return err_set(err, ENAMETOOLONG, "%s", package->name);
	fd = open_archive(cache, package, from);
	if (fd == -EINVAL)
		return err_say(err, EINVAL, "%s %s (%s) has another checksum than it should have",
			       package->name, package->version, package->arch);
	if (fd < 0)
		return err_say(err, ENOENT, "%s %s (%s) was not downloaded", package->name,
			       package->version, package->arch);
	r = below_rename(cache->fd, from, cache->fd, to, 0);
	return r < 0 ? err_set(err, -r, "cannot move %s/%s to %s", cache->dir, from, to) : 0;
}
