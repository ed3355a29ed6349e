/* SPDX-License-Identifier: MIT */
/* The file systems at the end of the machine. */
#ifndef BUSYPY_DAEMON_INIT_UNMOUNT_H
#define BUSYPY_DAEMON_INIT_UNMOUNT_H

/* Unmounts what can be unmounted, from the last mount to the first, and makes the rest read-only.
 * Only for the machine's PID 1, in a child: a server that has gone may hold it for ever. */
void unmount_all(void *ctx);

#endif
