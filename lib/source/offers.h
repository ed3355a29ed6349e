/* SPDX-License-Identifier: MIT */
/* Whether a mirror still has exactly the packages of a list. */
#ifndef BUSYPY_SOURCE_OFFERS_H
#define BUSYPY_SOURCE_OFFERS_H

#include <stddef.h>

struct apt;
struct err;
struct package;

/* Checks packages which[0] to which[n - 1] before any is downloaded: -EIO with a sentence if the
 * mirror does not have one, -EINVAL if it is another. locked: the list's file, for sentences. */
int offers_check(const struct apt *apt, const struct package *packages, const size_t *which,
		 size_t n, const char *locked, struct err *err);

#endif
