/* SPDX-License-Identifier: MIT */
/* What the files that read a tree's inventory share. */
#ifndef BUSYPY_ADD_INVENTORY_PARTS_H
#define BUSYPY_ADD_INVENTORY_PARTS_H

struct arch;
struct err;
struct inventory;

struct inventory_reading {
	const char *tree;
	struct inventory *inventory;
	const struct arch *arch; /* whose records are read; NULL: those for all */
	char *package;		 /* of a lock: whose lines follow; LOCK_NAME_MAX bytes */
};

/* Reads one line, which it may cut up: 0, -ENOMEM, or -errno with a sentence. */
typedef int inventory_line_fn(const struct inventory_reading *reading, char *line, struct err *err);

/* Calls each for every line of a file of the tree; one that is not there has none. */
int inventory_each_line(const struct inventory_reading *reading, const char *name,
			inventory_line_fn *each, struct err *err);

/* Wheels, as their *.dist-info tells. Those of Debian's packages are Debian's, so what they have
 * is read before. */
int inventory_read_wheels(const struct inventory_reading *reading, struct err *err);

/* Who asked for what, from the lock; when all else is read. */
int inventory_read_lock(const struct inventory_reading *reading, struct err *err);

#endif
