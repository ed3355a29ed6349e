/* SPDX-License-Identifier: MIT */
/* The shell that works when nothing of the tree does: a static BusyBox at
 * /etc/busypy/ARCH/rescue/busybox, its applets linked beside it. */
#ifndef BUSYPY_DAEMON_INIT_RESCUE_H
#define BUSYPY_DAEMON_INIT_RESCUE_H

#include <stdbool.h>

struct init;

/* True if there is one for this arch; PATH then ends in its directory. */
bool rescue_find(const struct init *init);

#endif
