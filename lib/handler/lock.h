/* SPDX-License-Identifier: MIT */
/* One enabling, disabling or renewing at a time, on one machine. */
#ifndef BUSYPY_HANDLER_LOCK_H
#define BUSYPY_HANDLER_LOCK_H

struct err;

/* Milliseconds. Whoever has the lock may wait for a file server, or be stopped: a person is told
 * then, and the service tries again. */
enum { LOCK_MS = 30 * 1000, LOCK_SERVICE_MS = 5 * 1000 };

/* Waits for the lock, so long at most; a descriptor, or -errno with a sentence, -EBUSY if somebody
 * else has it still. It ends with the process, too. */
int lock_take(unsigned ms, struct err *err);

/* Gives it back; for LOCK_CLEANUP int lock = -1; */
void lock_give_back(int *fd);

#define LOCK_CLEANUP __attribute__((cleanup(lock_give_back)))

#endif
