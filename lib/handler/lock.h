/* SPDX-License-Identifier: MIT */
/* One enabling, disabling or renewing at a time, on one machine. */
#ifndef BUSYPY_HANDLER_LOCK_H
#define BUSYPY_HANDLER_LOCK_H

struct err;

/* Waits for the lock; a descriptor, or -errno with a sentence. It ends with the process, too. */
int handler_lock(struct err *err);

/* Gives it back; for HANDLER_LOCK_CLEANUP int lock = -1; */
void handler_unlock(int *fd);

#define HANDLER_LOCK_CLEANUP __attribute__((cleanup(handler_unlock)))

#endif
