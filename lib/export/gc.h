/* SPDX-License-Identifier: MIT */
/* Removing versions of an export that nobody uses. */
#ifndef BUSYPY_EXPORT_GC_H
#define BUSYPY_EXPORT_GC_H

#include <stddef.h>
#include <stdint.h>

struct err;

struct gc_request {
	const char *export;
	size_t keep;	    /* that many of the newest stay */
	uint64_t lease_age; /* seconds: older leases do not count */
	void (*removed)(const char *id, void *ctx);
	void *ctx;
};

/* Removes versions but the newest, and those in use, and calls removed for each. */
int gc(const struct gc_request *request, struct err *err);

#endif
