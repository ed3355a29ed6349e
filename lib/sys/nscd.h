/* SPDX-License-Identifier: MIT */
/* The name service cache of this machine: glibc asks it before any module of its own. */
#ifndef BUSYPY_SYS_NSCD_H
#define BUSYPY_SYS_NSCD_H

/* of nscd, nsncd and unscd; glibc, nscd/nscd-client.h */
#define NSCD_SOCKET "/var/run/nscd/socket"

/* 0 if somebody serves it, else -errno: -ENOENT, -ECONNREFUSED, ... */
int nscd_probe(void);

#endif
