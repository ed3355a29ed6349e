/* SPDX-License-Identifier: MIT */
/* Device nodes that the caller passes as standard input, output or error, by read-only mounts:
 * bytes pass, and whose node it is cannot change its mode. */
#ifndef BUSYPY_SANDBOX_DEVICE_H
#define BUSYPY_SANDBOX_DEVICE_H

/* Of a terminal that this process owns, and of /dev/kmsg: the same by a mount of its own. To be
 * called before the view is made, and before setsid(2). A descriptor from 3 on, or 0: as it is. */
int device_reopen_outside(int fd);

/* Of /dev/null and its like: the view's own. To be called in the view. As above, or -errno. */
int device_reopen_inside(int fd);

#endif
