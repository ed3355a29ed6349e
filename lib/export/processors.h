/* SPDX-License-Identifier: MIT */
/* Clients whose processors are older than what a version is made for. */
#ifndef BUSYPY_EXPORT_PROCESSORS_H
#define BUSYPY_EXPORT_PROCESSORS_H

#include <stdint.h>

struct err;
struct export_dir;
struct listener;

/* Compares what the Python of a version needs with the leases that are younger than age (seconds),
 * and warns once for an arch: clients that tell nothing of their processor are passed over. -errno
 * where that cannot be done. */
int processors_warn(const struct export_dir *dir, const char *id, uint64_t age,
		    const struct listener *listener, struct err *err);

#endif
