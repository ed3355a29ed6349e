/* SPDX-License-Identifier: MIT */
/* One writer to an export at a time, wherever it runs. The lock is a directory, EXPORT/.lock, with
 * one file in it that names its owner: rename(2) puts a directory in place of an empty or missing
 * one only, and unlink(2) of that one owner's file frees it, so that two can never believe that
 * they broke the lock of a dead one. It works over any file system, and with mv and rm of a shell
 * on a server. */
#ifndef BUSYPY_EXPORT_LOCK_H
#define BUSYPY_EXPORT_LOCK_H

#include "core/path_size.h"

struct err;

/* Initialise with { 0 }. */
struct export_lock {
	char dir[PATH_SIZE];   /* EXPORT/.lock */
	char owner[PATH_SIZE]; /* our file in it; "" while not held */
};

/* Takes the lock, also from an owner that is certain to be dead. -EBUSY with a sentence that names
 * the one that holds it. */
int export_lock_take(const char *export, struct export_lock *ret, struct err *err);

/* Lets go, if it is held. */
void export_lock_drop(struct export_lock *lock);

/* Lets go when its scope ends. */
#define EXPORT_LOCK_CLEANUP __attribute__((cleanup(export_lock_drop)))

#endif
