/* SPDX-License-Identifier: MIT */
/* The root of a client that has only an initramfs: its network, the file server, the version of the
 * tree that it boots. */
#ifndef BUSYPY_DAEMON_INIT_NETROOT_H
#define BUSYPY_DAEMON_INIT_NETROOT_H

#include <stdbool.h>

struct init;

/* True if this is an initramfs and the root is to come over the network. */
bool netroot_wanted(const struct init *init);

/* Where the kernel has mounted a whole export as the root: its current version becomes the root.
 * Before anything else is mounted. What fails is said, and the root stays as it is. */
void netroot_enter_current(void);

#endif
