/* SPDX-License-Identifier: MIT */
/* The file systems that every machine needs, and the runtime of this one. */
#ifndef BUSYPY_DAEMON_INIT_COMPOSE_H
#define BUSYPY_DAEMON_INIT_COMPOSE_H

#include <stdbool.h>

struct init;

/* Mounts /proc if it is missing: whether this is a container is read there. */
void compose_proc(void);

/* Mounts /proc /sys /dev /dev/pts /dev/shm /run /tmp where they are not mounted. In a container
 * only what is missing and needed. What fails is said, and lived with. True if /dev is a new one.
 */
bool compose_mounts(const struct init *init);

/* True if path, an absolute one, is a mount point. */
bool compose_is_mount(const char *path);

#endif
