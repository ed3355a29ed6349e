/* SPDX-License-Identifier: MIT */
/* EXPORT/.leased: which versions gc saw leased, and when. Only root can write it, so a client that
 * writes over another's lease does not let that one's version go at once. */
#ifndef BUSYPY_EXPORT_LEASED_H
#define BUSYPY_EXPORT_LEASED_H

#include <stddef.h>
#include <stdint.h>

struct err;
struct version_record;

/* ret[i]: seconds since 1970 when versions[i] was seen leased last, 0 for never. */
int leased_read(const char *export, const struct version_record *versions, size_t n, uint64_t *ret,
		struct err *err);

/* Writes that down, in place of what was there. The export's lock must be held. */
int leased_write(const char *export, const struct version_record *versions, size_t n,
		 const uint64_t *seen, struct err *err);

#endif
