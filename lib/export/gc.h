/* SPDX-License-Identifier: MIT */
/* Removing versions of an export that nobody uses. */
#ifndef BUSYPY_EXPORT_GC_H
#define BUSYPY_EXPORT_GC_H

#include <stddef.h>
#include <stdint.h>

struct err;
struct export_dir;

struct gc_request {
	const struct export_dir *dir;
	size_t keep;	    /* that many of the newest stay */
	uint64_t lease_age; /* seconds: older leases do not count */
	void (*removed)(const char *id, void *ctx);
	void *ctx;
};

/* Removes versions but the newest, and those in use, and calls removed for each. 1 if there are so
 * many files in leases that any version may be leased: then none is removed. */
int gc(const struct gc_request *request, struct err *err);

#endif
