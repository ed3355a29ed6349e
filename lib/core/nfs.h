/* SPDX-License-Identifier: MIT */
/* A directory of a file server as the command line names it, and what mount(2) is told to mount it:
 * mount.nfs(8) cannot be called where there is no root yet. */
#ifndef BUSYPY_CORE_NFS_H
#define BUSYPY_CORE_NFS_H

#include <stdbool.h>
#include <stddef.h>

#include <stdint.h>

struct err;

enum { NFS_PATH_MAX = 1024, NFS_OPTIONS_MAX = 512, NFS_SOURCE_MAX = 1088, NFS_DATA_MAX = 1024 };

/* [SERVER:]/PATH[,OPTIONS]. */
struct nfs_share {
	uint32_t server; /* 0 if it is not given */
	char path[NFS_PATH_MAX];
	char options[NFS_OPTIONS_MAX]; /* as given */
};

/* -EINVAL with a sentence. */
int nfs_share_parse(const char *word, struct nfs_share *ret, struct err *err);

/* True if the options say which version, or how long attributes are believed. */
bool nfs_names_version(const struct nfs_share *share);
bool nfs_names_caching(const struct nfs_share *share);

/* "SERVER:/PATH" with below (relative, or "") after it; "%s" in the path is the client's address.
 * -E2BIG. */
int nfs_source(const struct nfs_share *share, uint32_t client, const char *below,
	       char ret[NFS_SOURCE_MAX]);

enum nfs_flags {
	NFS_V3 = 1 << 0,    /* where the options name no version: 3, else 4.2 */
	NFS_FIXED = 1 << 1, /* nothing in it ever changes: believe attributes, never ask again */
	NFS_SOFT = 1 << 2   /* give up when the server does not answer */
};

/* The data for mount(2): the share's options without the words that are mount flags ("ro"), and
 * what mount.nfs(8) would add: addresses, nolock for version 3, ports where one names the other.
 * -E2BIG. */
int nfs_mount_data(const struct nfs_share *share, uint32_t client, unsigned flags,
		   char ret[NFS_DATA_MAX]);

#endif
