/* SPDX-License-Identifier: MIT */
/* One enabling, disabling or renewing at a time, on one machine. */
#ifndef BUSYPY_HANDLER_LOCK_H
#define BUSYPY_HANDLER_LOCK_H

struct err;

/* Waits for the lock; a descriptor, or -errno with a sentence. It ends with the process, too. */
int lock_take(struct err *err);

/* Gives it back; for LOCK_CLEANUP int lock = -1; */
void lock_give_back(int *fd);

#define LOCK_CLEANUP __attribute__((cleanup(lock_give_back)))

#endif
