/* SPDX-License-Identifier: MIT */
/* A file as a block device, for mounting what is in it. loop(4). */
#ifndef BUSYPY_SYS_LOOP_H
#define BUSYPY_SYS_LOOP_H

enum { LOOP_PATH_MAX = 32 };

/* Attaches an open file, read-only, to a free loop device, and opens that; ret_path (LOOP_PATH_MAX)
 * is its name in /dev. The device goes when its last user does: mount it before the descriptor is
 * closed. Returns the descriptor, or -errno: -ENOENT if the kernel has no loop devices, -ENOTTY if
 * it is older than 5.8. */
int loop_attach(int file, char *ret_path);

#endif
