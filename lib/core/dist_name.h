/* SPDX-License-Identifier: MIT */
/* Names of Python's distributions, as the packaging specifications compare them (PEP 503). */
#ifndef BUSYPY_CORE_DIST_NAME_H
#define BUSYPY_CORE_DIST_NAME_H

#include <stdbool.h>
#include <stddef.h>

enum { DIST_NAME_MAX = 128 }; /* bytes, with the NUL */

/* The name of n bytes in the form that all spellings share: lower case, each run of '-', '_' and
 * '.' one '-'. -EINVAL for what is no name (letters and digits at both ends); -E2BIG. */
int dist_name_normalise(const char *name, size_t n, char ret[DIST_NAME_MAX]);

/* True if both are names of one distribution. */
bool dist_name_same(const char *one, const char *other);

#endif
