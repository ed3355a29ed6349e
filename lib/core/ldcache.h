/* SPDX-License-Identifier: MIT */
/* ld.so's cache, which ldconfig(8) writes and glibc's ld.so reads: where libraries are. */
#ifndef BUSYPY_CORE_LDCACHE_H
#define BUSYPY_CORE_LDCACHE_H

#include <stddef.h>
#include <stdint.h>

struct arch;

/* The next path that the cache (n bytes) has for a library's name, from entry *at on, which begins
 * as 0 and is moved on. NULL if there is none, or this is no cache of glibc 2.2 or later. One that
 * does not tell its byte order is taken for this machine's. Several archs may share a cache: the
 * caller looks at the file. */
const char *ldcache_next(const uint8_t *cache, size_t n, const char *name, size_t *at);

/* What an ld.so takes of a cache. */
struct ldcache_wanted {
	const char *name;
	uint32_t flags;		   /* of its arch: struct arch, ldcache */
	const char *const *hwcaps; /* of glibc-hwcaps that suit, best first; ends with NULL */
	uint64_t legacy;	   /* hwcap bits that suit; 0 since glibc 2.37 */
};

/* The one path that ld.so takes from the cache for a name, as it chooses between several; NULL if
 * there is none. */
const char *ldcache_find(const uint8_t *cache, size_t n, const struct ldcache_wanted *wanted);

struct ldcache_library {
	const char *name; /* as DT_NEEDED says it; no slash */
	const char *dir;  /* absolute: it is dir/name */
};

/* The bytes of a cache of these libraries. */
size_t ldcache_size(const struct ldcache_library *libs, size_t n);

/* Writes a cache of glibc 2.33 and later, in the arch's byte order, into dst of room bytes, and
 * sorts libs as ld.so searches them. Returns the bytes that were written; -E2BIG if they do not
 * fit, -EINVAL for a name that is there twice or is not ASCII: its order would depend on the
 * arch. */
int ldcache_write(struct ldcache_library *libs, size_t n, const struct arch *arch, uint8_t *dst,
		  size_t room);

#endif
