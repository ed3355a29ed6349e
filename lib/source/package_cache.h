/* SPDX-License-Identifier: MIT */
/* The directory where downloaded packages are kept between runs. */
#ifndef BUSYPY_SOURCE_PACKAGE_CACHE_H
#define BUSYPY_SOURCE_PACKAGE_CACHE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/path_size.h"

struct err;
struct listener;
struct package;

/* DIR/debs/NAME_VERSION_ARCH.deb, DIR/apt/SUITE for apt's state, DIR/partial while downloading. */
struct package_cache {
	char dir[PATH_SIZE]; /* canonical */
	int fd;		     /* of it */
	int lock;
};

/* Its path: given, or the user's default. PATH_SIZE bytes; nothing is created. */
int package_cache_dir(const char *given, char *ret, struct err *err);

/* Nothing is open yet. */
void package_cache_init(struct package_cache *cache);

/* Opens and creates it, and waits for another process that uses it. given may be NULL: then it is
 * /var/cache/busypy for root, else $XDG_CACHE_HOME/busypy or ~/.cache/busypy. Root uses none that
 * others can write (-EPERM): apt reads its configuration there. listener may be NULL. */
int package_cache_open(const char *given, const struct listener *listener,
		       struct package_cache *ret, struct err *err);

/* Lets others use it, too; archives can still be taken out. Twice is fine. */
void package_cache_unlock(struct package_cache *cache);

void package_cache_close(struct package_cache *cache);

/* Where the package's archive is kept, for sentences; PATH_SIZE bytes. */
int package_cache_path(const struct package_cache *cache, const struct package *package, char *ret,
		       struct err *err);

/* Opens its archive: a file that is what the package's checksum says, and that nobody else can
 * change any more. -ENOENT, without a sentence, if there is none; the caller closes. */
int package_cache_get(const struct package_cache *cache, const struct package *package);

/* True if its archive is there. One that is not what it should be is removed. */
bool package_cache_has(const struct package_cache *cache, const struct package *package);

/* Takes an archive over from "partial", where apt has put it. -EINVAL with a sentence if its
 * checksum is another. */
int package_cache_take(const struct package_cache *cache, const struct package *package,
		       struct err *err);

#endif
