/* SPDX-License-Identifier: MIT */
/* Which of two versions of a Debian package is the newer one. */
#ifndef BUSYPY_CORE_DEB_VERSION_H
#define BUSYPY_CORE_DEB_VERSION_H

#include <stddef.h>

/* Compares as deb-version(7) says: below 0, 0 or above 0 where a is older, the same or newer. Any
 * bytes; those that no version has come in some order. */
int deb_version_compare(const char *a, size_t n_a, const char *b, size_t n_b);

#endif
