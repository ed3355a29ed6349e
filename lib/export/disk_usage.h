/* SPDX-License-Identifier: MIT */
/* What a version holds alone, and what it shares with others. */
#ifndef BUSYPY_EXPORT_DISK_USAGE_H
#define BUSYPY_EXPORT_DISK_USAGE_H

#include <stdint.h>

struct err;
struct folder;

/* Bytes of a version's files, each file once, and of those of them that have another name outside
 * of it. What file systems share besides (reflinks) is not known. */
int version_disk_usage(const struct folder *version, uint64_t *ret_bytes, uint64_t *ret_shared,
		       struct err *err);

#endif
