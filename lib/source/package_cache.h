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
	int lock;
};

/* Its path: given, or the user's default. PATH_SIZE bytes; nothing is created. */
int package_cache_dir(const char *given, char *ret, struct err *err);

/* Opens and creates it, and waits for another process that uses it. given may be NULL: then it is
 * /var/cache/busypy for root, else $XDG_CACHE_HOME/busypy or ~/.cache/busypy. ret->lock is -1 on
 * failure. listener may be NULL. */
int package_cache_open(const char *given, const struct listener *listener,
		       struct package_cache *ret, struct err *err);
/* Lets others use it, too; the directory stays known. Twice is fine. */
void package_cache_close(struct package_cache *cache);

/* Where the package's archive is kept; PATH_SIZE bytes. */
int package_cache_path(const struct package_cache *cache, const struct package *package, char *ret,
		       struct err *err);

/* True if its archive is there and is what the package's checksum says. One that is not is
 * removed. */
bool package_cache_has(const struct package_cache *cache, const struct package *package);

/* Takes an archive over from a directory where apt has put it. -EINVAL with a sentence if its
 * checksum is another. */
int package_cache_take(const struct package_cache *cache, const struct package *package,
		       const char *from, struct err *err);

#endif
