/* SPDX-License-Identifier: MIT */
/* EXPORT/leases: what clients last said of themselves. Clients can write there, so nothing found
 * there is trusted to be a file, small, or named decently. */
#ifndef BUSYPY_EXPORT_LEASES_H
#define BUSYPY_EXPORT_LEASES_H

#include <stddef.h>
#include <stdint.h>

struct err;
struct export_dir;
struct lease;

enum {
	LEASES_MAX = 65536,	   /* that are listed */
	LEASES_COUNT_MAX = 262144, /* that are counted */
};

/* What a file of the directory is, to whom leases_read shows it. */
struct leases_entry {
	const char *name;	   /* of the file; "?" for one with forbidden bytes */
	const struct lease *lease; /* NULL for what is none; why then says so */
	int64_t written;	   /* seconds since 1970, as the file system says */
	uint64_t age;		   /* seconds since then; 0 if that is to come */
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
int leases_read(const struct export_dir *dir, const struct leases_visitor *visitor,
		struct err *err);

/* The same in no order, keeping none in memory: 1 if there are more than LEASES_COUNT_MAX. */
int leases_count(const struct export_dir *dir, const struct leases_visitor *visitor,
		 struct err *err);

#endif
