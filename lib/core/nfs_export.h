/* SPDX-License-Identifier: MIT */
/* What makes a file server serve an export: lines for exports(5) or blocks for NFS-Ganesha, and
 * what its clients are told. */
#ifndef BUSYPY_CORE_NFS_EXPORT_H
#define BUSYPY_CORE_NFS_EXPORT_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct text;

/* Below an export: the one place that clients may write to. */
#define NFS_EXPORT_LEASES "leases"

enum nfs_server { NFS_SERVER_KERNEL, NFS_SERVER_GANESHA, NFS_SERVERS };

/* By "knfsd" or "ganesha"; -EINVAL. */
int nfs_server_by_name(const char *name, enum nfs_server *ret);

/* Static storage: "knfsd", ... */
const char *nfs_server_name(enum nfs_server server);

struct nfs_export {
	const char *path;    /* the export, canonical */
	const char *network; /* who may mount it: "*", or what nfs_network_check takes */
	bool leases;	     /* path/leases is there */
};

/* 0 if a path can stand in both servers' configuration as it is; -EINVAL with a sentence. */
int nfs_export_check(const char *path, struct err *err);

/* 0 for "*", an IPv4 address, or a network as 192.168.7.0/24; -EINVAL with a sentence. */
int nfs_network_check(const char *network, struct err *err);

/* Appends the configuration of one share: the tree, read-only, or the leases, which clients write
 * to as nobody. The same export always gets the same ids, whatever disk it is on. */
enum nfs_share_kind { NFS_SHARE_TREE, NFS_SHARE_LEASES, NFS_SHARES };
void nfs_export_add(struct text *text, const struct nfs_export *export, enum nfs_server server,
		    enum nfs_share_kind kind);

/* How to mount it. What is published never changes, so that nothing need be asked twice. */
struct nfs_recipe {
	const char *version; /* "3", "4.2" */
	const char *root;    /* for the kernel command line's nfsroot= */
	const char *options; /* for mount.nfs(8) */
	const char *reason;
};

/* The recipes, the one that costs a server least first. Static storage. */
const struct nfs_recipe *nfs_recipes(size_t *ret_n);

/* Appends the kernel command line of a client of any arch: address is the server's, "SERVER" where
 * it is not known. For init in an initramfs; a kernel that mounts its root itself also needs init=.
 */
void nfs_export_add_words(struct text *text, const struct nfs_export *export,
			  const struct nfs_recipe *recipe, const char *address);

#endif
