/* SPDX-License-Identifier: MIT */
/* The paths that are compiled into glibc's ld.so: reading and redirecting them, in bytes. */
#ifndef BUSYPY_CORE_LDSO_H
#define BUSYPY_CORE_LDSO_H

#include <stdbool.h>
#include <stddef.h>

struct err;

/* Redirects "/etc/ld.so.cache" and "/etc/ld.so.preload" to "/lib/...", same length, in place, so
 * that the host's cache and preload list never reach a runtime although a view has the host's
 * /etc. Returns how many strings were changed. Idempotent. */
size_t ldso_redirect(char *bytes, size_t n);

/* Takes that back: what the file was before. Returns how many strings were changed. */
size_t ldso_restore(char *bytes, size_t n);

/* True if one of the two old paths is still in there. */
bool ldso_reads_etc(const char *bytes, size_t n);

/* What an ld.so was built for, as far as its search goes. */
struct ldso_build {
	char dirs[512]; /* that it searches by itself: each ends with a NUL */
	size_t dirs_size;
	char lib[64];	     /* $LIB */
	const char *cache;   /* the path of its cache, or NULL; static storage */
	const char *preload; /* of its preload list, or NULL; static storage */
	bool hwcaps;	     /* it searches glibc-hwcaps: from 2.33 on */
	bool legacy;	     /* and subdirectories of tls, platform and hwcaps: until 2.36 */
	bool aborts;	     /* where a library that should have versions has none */
};

/* Reads that; false if this is no ld.so of glibc that is built as we know it. */
bool ldso_build_read(const char *bytes, size_t n, struct ldso_build *ret);

/* True if "/lib/" or "/lib64/" is one of the directories that it searches by itself. */
bool ldso_searches_lib(const char *bytes, size_t n);

/* The release of glibc that an ld.so is of, "2.36"; false if this is no ld.so of glibc, or the
 * release does not fit. */
bool ldso_release(const char *bytes, size_t n, char *dst, size_t size);

/* Makes it find libraries by one cache alone, in place, so that nothing of a host is found: the
 * path of its cache becomes `cache`, as long as LDSO_CACHE; each directory of the two lists that it
 * searches by itself becomes a place that has no libraries, and so does its preload list. What was
 * redirected before may be. -EINVAL with a sentence if it is not built as we know it; the bytes may
 * then be half changed. */
#define LDSO_CACHE "/etc/ld.so.cache"
int ldso_confine(char *bytes, size_t n, const char *cache, struct err *err);

#endif
