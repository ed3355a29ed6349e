/* SPDX-License-Identifier: MIT */
/* The newest packages that a suite has of what a request asks for. */
#ifndef BUSYPY_SOURCE_NEWEST_H
#define BUSYPY_SOURCE_NEWEST_H

#include <stddef.h>

struct apt;
struct debian_request;
struct err;
struct package;

/* For the archs which[0] to which[n - 1] of the request, after apt_update. Caller frees *ret.
 * -ENOENT or -EIO with a sentence where the suite lacks something. */
int newest_find(const struct debian_request *request, const struct apt *apt, const size_t *which,
		size_t n, struct package **ret, size_t *ret_n, struct err *err);

#endif
