/* SPDX-License-Identifier: MIT */
/* Where a configured tree leads now, and how a change of that can be noticed. Touches the tree: a
 * server that does not answer holds up whoever asks. */
#ifndef BUSYPY_HANDLER_WATCH_H
#define BUSYPY_HANDLER_WATCH_H

#include <stdint.h>

struct err;

enum watch_kind {
	WATCH_NOTHING, /* nothing is known of it yet */
	WATCH_INOTIFY, /* the kernel tells */
	WATCH_POLL     /* a network file system, where others' renames are not told of */
};

enum { WATCH_PATH_MAX = 512 }; /* a contract's */

struct watch {
	char path[WATCH_PATH_MAX];  /* the tree's canonical path */
	uint64_t dev, ino;	    /* of its root directory */
	int64_t changed;	    /* its ctime, in ns: before anything in it was looked at */
	char other[WATCH_PATH_MAX]; /* the version that was published or in force last; or "" */
	uint64_t other_dev, other_ino;
	int64_t other_changed;
	enum watch_kind kind;
	int programs, start; /* what is said of it: core/tree_conf; filled in by the caller */
};

/* Looks at a tree by its configured path, and adds watches for it to an inotify instance: on the
 * directory that holds the link, on the folder of versions, and, where something is missing, on the
 * deepest directory that is there. ret->kind is filled in even if the tree cannot be found. */
int watch_tree(const char *wanted, int inotify, struct watch *ret, struct err *err);

/* Adds a watch for what a tree says of itself. */
void watch_tree_conf(const char *tree, int inotify);

/* Adds watches for the rights of each directory from "/" to a path. */
void watch_rights(const char *path, int inotify);

#endif
