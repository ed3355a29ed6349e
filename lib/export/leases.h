/* SPDX-License-Identifier: MIT */
/* EXPORT/leases: what clients last said of themselves. Clients can write there, so nothing found
 * there is trusted to be a file, small, or named decently. */
#ifndef BUSYPY_EXPORT_LEASES_H
#define BUSYPY_EXPORT_LEASES_H

#include <stddef.h>
#include <stdint.h>

struct err;
struct lease;

enum { LEASES_MAX = 65536 };

/* What a file of the directory is, to whom leases_read shows it. */
struct leases_entry {
	const char *name;	   /* of the file; "?" for one with forbidden bytes */
	const struct lease *lease; /* NULL for what is none; why then says so */
	uint64_t age;		   /* seconds since the file was written; 0 if that is to come */
	const char *why;
};

/* Calls each for every entry of EXPORT/leases, in the order of names; names that begin with a dot
 * are passed over (a client writes its lease there and renames it). each returns 0 or -errno, which
 * ends the reading. No directory is no lease. 1 if there are more than LEASES_MAX: not all were
 * shown. */
struct leases_visitor {
	int (*each)(const struct leases_entry *entry, struct err *err, void *ctx);
	void *ctx;
};
int leases_read(const char *export, const struct leases_visitor *visitor, struct err *err);

#endif
