/* SPDX-License-Identifier: MIT */
/* One writer to an export at a time, wherever it runs. The lock is a directory, EXPORT/.lock, with
 * one file in it that names its owner: rename(2) puts a directory in place of an empty or missing
 * one only, and unlink(2) of that one owner's file frees it, so that two can never believe that
 * they broke the lock of a dead one. It works over any file system, and with mv and rm of a shell
 * on a server. */
#ifndef BUSYPY_EXPORT_LOCK_H
#define BUSYPY_EXPORT_LOCK_H

struct err;
struct export_dir;

/* Initialise with EXPORT_UNLOCKED. */
struct export_lock {
	int export_fd;	 /* borrowed from the export, which must stay open */
	int dir;	 /* EXPORT/.lock; -1 while not held */
	char owner[384]; /* our file in it */
};
#define EXPORT_UNLOCKED                    \
	(struct export_lock)               \
	{                                  \
		.export_fd = -1, .dir = -1 \
	}

/* Takes the lock, also from an owner that is certain to be dead. -EBUSY with a sentence that names
 * the one that holds it. */
int export_lock_take(const struct export_dir *dir, struct export_lock *ret, struct err *err);

/* Lets go, if it is held. */
void export_lock_drop(struct export_lock *lock);

/* Lets go when its scope ends. */
#define EXPORT_LOCK_CLEANUP __attribute__((cleanup(export_lock_drop)))

#endif
