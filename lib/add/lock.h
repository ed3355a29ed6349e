/* SPDX-License-Identifier: MIT */
/* The tree's requirements.lock, written with what was added. */
#ifndef BUSYPY_ADD_LOCK_H
#define BUSYPY_ADD_LOCK_H

struct add;
struct err;

/* Writes it: what was resolved, or else what the tree's lock has already; with what was asked of
 * Debian. Nothing where nothing was asked by name. */
int add_lock(struct add *add, struct err *err);

#endif
