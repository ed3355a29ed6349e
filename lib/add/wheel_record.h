/* SPDX-License-Identifier: MIT */
/* A wheel's RECORD: what it says of the files is compared with them, and the one of the tree is
 * written of what was placed. */
#ifndef BUSYPY_ADD_WHEEL_RECORD_H
#define BUSYPY_ADD_WHEEL_RECORD_H

struct add;
struct add_dist;
struct err;
struct wheel_info;

/* Compares the files below dir, an exact path in which a wheel was unpacked, with its RECORD:
 * -EINVAL with a sentence for a file that is missing or has other bytes, or for paths that lead
 * out. Warns of files that it does not list, and of sums that we cannot compare. */
int wheel_record_verify(const struct add *add, const char *dir, const char *from,
			const struct wheel_info *info, struct err *err);

/* Writes the RECORD of a distribution, whose files stand below add->build as they will be in the
 * tree: as pip does, but for .pyc files, which are made anew. */
int wheel_record_write(const struct add *add, const struct add_dist *dist, struct err *err);

#endif
