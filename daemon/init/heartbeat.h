/* SPDX-License-Identifier: MIT */
/* The lease of busypy.lease=: a child of PID 1 that writes a small file on a file server, so that
 * the version that this machine runs is not removed there. It may hang; nobody waits for it. */
#ifndef BUSYPY_DAEMON_INIT_HEARTBEAT_H
#define BUSYPY_DAEMON_INIT_HEARTBEAT_H

#include <stdbool.h>

struct init;

/* True if busypy.lease= says where to write, and can be understood. */
bool heartbeat_wanted(const struct init *init);

/* Adds an entry that keeps it running, if it is wanted. */
void heartbeat_add(struct init *init);

/* In a child: writes until it is told to end; then it takes the lease back. */
_Noreturn void heartbeat_run(void);

#endif
