/* SPDX-License-Identifier: MIT */
/* A file for a lock. Whoever can open it can lock it and keep us waiting: nobody but its owner can.
 */
#ifndef BUSYPY_BASE_OWN_LOCK_H
#define BUSYPY_BASE_OWN_LOCK_H

/* Opens or makes the file name, of mode 0600, in the open directory dir. Whatever else stands there
 * (one that others can open, a link, a FIFO) gives way. A descriptor, or -errno; -EAGAIN if others
 * put theirs there again and again. */
int own_lock_open(int dir, const char *name);

#endif
