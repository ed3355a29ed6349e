/* SPDX-License-Identifier: MIT */
/* /etc/ld.so.cache, which ldconfig(8) writes and glibc's ld.so reads: where libraries are. */
#ifndef BUSYPY_CORE_LDCACHE_H
#define BUSYPY_CORE_LDCACHE_H

#include <stddef.h>
#include <stdint.h>

/* The next path that the cache (n bytes) has for a library's name, from entry *at on, which begins
 * as 0 and is moved on. NULL if there is none, or this is no cache of glibc 2.2 or later in this
 * machine's byte order. Several archs may share a cache: the caller looks at the file. */
const char *ldcache_next(const uint8_t *cache, size_t n, const char *name, size_t *at);

#endif
