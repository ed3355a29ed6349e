/* SPDX-License-Identifier: MIT */
/* The paths that are compiled into glibc's ld.so: reading and redirecting them, in bytes. */
#ifndef BUSYPY_CORE_LDSO_H
#define BUSYPY_CORE_LDSO_H

#include <stdbool.h>
#include <stddef.h>

/* Redirects "/etc/ld.so.cache" and "/etc/ld.so.preload" to "/lib/...", same length, in place, so
 * that the host's cache and preload list never reach a runtime although a view has the host's
 * /etc. Returns how many strings were changed. Idempotent. */
size_t ldso_redirect(char *bytes, size_t n);

/* Takes that back: what the file was before. Returns how many strings were changed. */
size_t ldso_restore(char *bytes, size_t n);

/* True if one of the two old paths is still in there. */
bool ldso_reads_etc(const char *bytes, size_t n);

/* True if "/lib/" or "/lib64/" is one of the directories that it searches by itself. */
bool ldso_searches_lib(const char *bytes, size_t n);

#endif
