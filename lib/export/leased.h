/* SPDX-License-Identifier: MIT */
/* EXPORT/.leased: which versions gc saw leased, and how long ago. Only its owner can write it, so a
 * client that writes over another's lease does not let that one's version go at once. It also has
 * the time when it was written, by a clock that nobody sets and by the other: who sets that one
 * does not let a version go, nor keep one for good. */
#ifndef BUSYPY_EXPORT_LEASED_H
#define BUSYPY_EXPORT_LEASED_H

#include <stddef.h>
#include <stdint.h>

struct err;
struct export_dir;
struct version_record;

enum { LEASED_BOOT_SIZE = 64 };

#define LEASED_NEVER UINT64_MAX

struct leased {
	uint64_t *idle; /* [n]: seconds since versions[i] was seen leased last, or LEASED_NEVER */
	/* Seconds since 1970: by which leases are judged, and after which none was written. Where
	 * the clock was set forward, or in another boot, no more time has passed than is certain,
	 * or half of lease_age. */
	int64_t now, latest;
	/* When this was read. */
	char boot[LEASED_BOOT_SIZE]; /* boot_id */
	uint64_t uptime;	     /* seconds since then */
	int64_t clock;		     /* seconds since 1970 */
};

/* Reads what is known of n versions into idle, which the caller has, and the rest. lease_age in
 * seconds. */
int leased_read(const struct export_dir *dir, const struct version_record *versions, size_t n,
		uint64_t lease_age, struct leased *ret, struct err *err);

/* Writes that down, on disk, in place of what was there; nothing where the export has no leases.
 * The export's lock must be held. */
int leased_write(const struct export_dir *dir, const struct version_record *versions, size_t n,
		 const struct leased *leased, struct err *err);

#endif
