/* SPDX-License-Identifier: MIT */
/* One NFS mount, as mount.nfs(8) does it. Blocks while the server does not answer. */
#ifndef BUSYPY_DAEMON_INIT_NFS_MOUNT_H
#define BUSYPY_DAEMON_INIT_NFS_MOUNT_H

#include <stdint.h>

struct err;
struct nfs_share;

struct nfs_mount {
	const struct nfs_share *share;
	uint32_t client;	/* our address */
	const char *below;	/* a directory in the share, or "" */
	unsigned flags;		/* NFS_FIXED, NFS_SOFT of core/nfs.h */
	unsigned long writable; /* 0: mounted read-only; else MS_ flags to mount it with */
	const char *at;
};

/* Version 4.2, then 3, unless the options say which. Read-only, without set-user-ID, devices and
 * times of access. -errno with a sentence. */
int nfs_mount(const struct nfs_mount *request, struct err *err);

#endif
