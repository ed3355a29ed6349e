/* SPDX-License-Identifier: MIT */
/* Mounting a version of a tree from a file server. Waits and repeats for as long as it takes, so
 * only in a child of PID 1. */
#ifndef BUSYPY_DAEMON_INIT_NFSROOT_H
#define BUSYPY_DAEMON_INIT_NFSROOT_H

struct network;

/* Mounts the export's current version, or the tree itself, read-only on the directory at, which is
 * made; checks that it has a runtime for arch. Does not return before that has worked. */
void nfsroot_mount(const struct network *network, const char *arch, const char *at);

#endif
