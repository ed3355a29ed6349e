/* SPDX-License-Identifier: MIT */
/* Packages of a mirror, by apt, into the cache. */
#ifndef BUSYPY_SOURCE_DOWNLOAD_H
#define BUSYPY_SOURCE_DOWNLOAD_H

#include <stddef.h>

struct apt;
struct err;
struct package;
struct package_cache;

/* Downloads those packages, which[0] to which[n - 1], that the cache lacks. What came is kept, also
 * if something else did not: -EIO with a sentence that names it. */
int download_packages(const struct package_cache *cache, const struct apt *apt,
		      const struct package *packages, const size_t *which, size_t n,
		      struct err *err);

#endif
