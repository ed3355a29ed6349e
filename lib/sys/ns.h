/* SPDX-License-Identifier: MIT */
/* Namespaces: entering a pinned template, and making one's own. */
#ifndef BUSYPY_SYS_NS_H
#define BUSYPY_SYS_NS_H

#include <stdint.h>

struct err;

/* Opens a pinned mount namespace without following any link, and checks that it is one and has
 * this inode number. A descriptor, or -errno with a sentence. */
int ns_open_template(const char *path, uint64_t ino, struct err *err);

/* Enters the mount namespace and, unless shared, makes a private copy of it. Needs PRIV_ENTER
 * effective. Root and working directory become the view's "/". Nothing has happened if the result
 * is -EPERM and *ret_entered 0; once it is 1, there is no way back. */
int ns_enter(int fd, int shared, int *ret_entered, struct err *err);

/* 1 if a mount namespace belongs to this process's user namespace or one below, so that
 * capabilities count there; 0 if not; -errno. ioctl_ns(2). */
int ns_owned(int ns);

/* Unshares a user and a mount namespace; nothing has happened if that fails. The sentence says
 * which policy refuses it, where that can be told. */
int ns_new_user(struct err *err);

/* Says why the kernel refused a user namespace with this errno, and which setting can be changed,
 * where that can be told. Returns -code. */
int ns_explain(int code, struct err *err);

/* One user and one group: what they are inside, and what they are in the namespace above; and where
 * that is written: a /proc that was opened, or -1 for the one at /proc. */
struct ns_ids {
	unsigned uid, outer_uid, gid, outer_gid;
	int proc;
};

/* Maps them in the user namespace that the process has just made; user_namespaces(7). The outer
 * ones must be its own. Groups stay, but cannot be changed any more. While that is written the
 * process is dumpable, and then again as it was. */
int ns_map(const struct ns_ids *ids, struct err *err);

/* Maps exactly this uid and gid, those from before, to themselves. */
int ns_map_self(unsigned uid, unsigned gid, struct err *err);

/* Both, for a process that ends if either fails. */
int ns_unshare_user(struct err *err);

#endif
