/* SPDX-License-Identifier: MIT */
/* Takes what was removed out of a tree's records. */
#ifndef BUSYPY_ADD_UNRECORD_H
#define BUSYPY_ADD_UNRECORD_H

#include <stdbool.h>

struct err;
struct going;
struct inventory;

struct unrecord {
	const char *tree;	     /* an exact path */
	const char *build;	     /* where new files of the tree are made */
	const struct inventory *all; /* what the tree had */
	const bool *gone;	     /* for each entry of it */
	const struct going *going;   /* settled: the files that go */
	struct going *empty;	     /* records of which nothing is left are added */
};

/* Writes each record that changes: lists, packages, needs, manifests, the lock. */
int unrecord_all(const struct unrecord *unrecord, struct err *err);

#endif
