/* SPDX-License-Identifier: MIT */
/* Who may have written this? One rule for all that a view binds and all that root works in: from
 * "/" down, each component belongs to root (or the caller) and nobody else can write it; a link is
 * resolved here, component by component, and its target held to the same.
 *
 * A sticky directory (/tmp) may be passed where what is passed to is root's or the caller's. The
 * group counts as others, whoever is in it; an access list shows in the group's bits. What NFS says
 * of owners is believed: who mounted it was root, and its server decides about its files anyway. A
 * FUSE file system says what its own process wants: believed only where root or the caller mounted
 * it; another's is asked nothing, since its process need not answer. In a user namespace owners
 * that have no number in it count as root: there is no telling, and what can be lost there is the
 * caller's own. */
#ifndef BUSYPY_SYS_TRUST_H
#define BUSYPY_SYS_TRUST_H

#include <stdbool.h>
#include <stdint.h>

#include "core/path_size.h"

struct err;
struct stat;

enum { TRUST_MOUNTS = 8 };

struct trust {
	unsigned uid; /* the caller's: believed besides root */
	bool foreign; /* owners without a number count as root */
	bool all;     /* everybody is believed: the way alone is wanted */
	/* mounts on which owners are believed, as far as is known */
	uint64_t mounts[TRUST_MOUNTS];
	unsigned n_mounts;
};

/* The rule for this process. Cannot fail. */
void trust_init(struct trust *ret);

/* The same where only root is held to it: others can lose what is their own. */
void trust_init_root(struct trust *ret);

/* 0 if one file's or directory's state (of a name that is reached already) holds; -EPERM with
 * "others than root can write PATH ..." or "PATH belongs to uid N ...". Links always hold: what
 * they lead to is another question. */
int trust_state(const struct trust *trust, const struct stat *st, const char *path,
		struct err *err);

/* 0 if what root makes in a directory later, open as fd (O_PATH will do), is no one else's to
 * write: -EPERM if its default access list says so, which no mode shows. */
int trust_folder(const struct trust *trust, int fd, const char *path, struct err *err);

/* 0 if what the file system says that name in dir (or, with "", dir itself) is on is believed;
 * -EPERM with a sentence. Asks the kernel alone, so it comes before all that asks the file system.
 */
int trust_mount(struct trust *trust, int dir, const char *name, const char *path, struct err *err);

/* Opens path (O_PATH; relative ones from the working directory) when the rule holds for every
 * component and link on the way and for what it leads to. -EPERM with the sentence; -ENOENT,
 * -ELOOP, -ENOTDIR ... as open(2). The caller closes. */
int trust_open(struct trust *trust, const char *path, struct err *err);

/* For root: 0 if the rule holds for what is open as fd and for its canonical path, which leads
 * there still; -EPERM as above, -EAGAIN. For others it is their own that can be lost: 0. */
int trust_for_root(int fd, const char *path, struct err *err);

/* What there is of a path. */
struct trust_found {
	int fd;		      /* O_PATH, of what is there; the caller closes */
	char real[PATH_SIZE]; /* its path, without links */
	char rest[PATH_SIZE]; /* what is not there below it; "" if all is */
};

/* The same for a path of which the last components need not exist. Where they do not, they are to
 * be made in what is opened, which may be sticky. */
int trust_find(struct trust *trust, const char *path, struct trust_found *ret, struct err *err);

/* The same for a path that need not exist, opening nothing: 0 if it holds for what does exist of
 * it, so that nobody else can make the rest. */
int trust_path(struct trust *trust, const char *path, struct err *err);

#endif
