/* SPDX-License-Identifier: MIT */
/* A directory seen as "/": resolves paths and links inside it and never leads out of it. */
#ifndef BUSYPY_BASE_SYSROOT_H
#define BUSYPY_BASE_SYSROOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/path_size.h"

struct arch;
struct plan;
struct stat;

enum { SYSROOT_MOUNTS_MAX = 256, SYSROOT_TEXT_MAX = 64 * 1024 };

/* Strings belong to the sysroot. */
struct sysroot_mount {
	const char *at, *dir; /* absolute path, and the directory of this machine that is there */
	const char *target;   /* of a link that the view makes; else NULL */
	bool is_alone;	      /* nothing that is known is in it */
};

/* Which directory stands where; the first mount that fits a path counts. What no mount covers does
 * not exist. To be used where it was initialised, not copied. */
struct sysroot {
	struct sysroot_mount mounts[SYSROOT_MOUNTS_MAX];
	size_t n_mounts;
	bool no_links; /* the directories of all mounts are canonical */
	char text[SYSROOT_TEXT_MAX];
	size_t text_used;
};

/* One directory as "/". -E2BIG if its path is too long. */
int sysroot_init(struct sysroot *root, const char *dir);

/* What the plan of a view puts where; dir is where the plan's "/" is on this machine ("/" for a
 * view of this machine, a tree for VIEW_BOOT). Directories and file systems that the plan makes are
 * empty here. -E2BIG. */
int sysroot_from_plan(struct sysroot *root, const struct plan *plan, const char *dir);

/* A client's view of a tree, from its plan: /usr and /lib of arch in the tree, but not what is
 * fresh there (/dev, /proc, /run, ...). -E2BIG, -ENOMEM. */
int sysroot_init_client(struct sysroot *root, const char *tree, const struct arch *arch);

/* Of that only the runtime: /usr, /lib, and /lib64, which is /lib. */
int sysroot_init_view(struct sysroot *root, const char *tree, const struct arch *arch);

/* Puts a directory of this machine where the sysroot has at, after the mounts it has already.
 * -E2BIG. */
int sysroot_mount(struct sysroot *root, const char *at, const char *dir);

/* The directory that stands at a mount's own place, "" for the root; NULL if there is none. */
const char *sysroot_dir(const struct sysroot *root, const char *at);

/* Resolves an absolute path, following every link as if the sysroot were "/". ret_real (of
 * PATH_SIZE bytes) is where the file really is. -ENOENT, -ELOOP, -ENOTDIR, ... */
int sysroot_find(const struct sysroot *root, const char *path, char *ret_real);

/* As sysroot_find, and opens it for reading, if it is a regular file: nothing else is opened, nor
 * waited for. On the way to it no link is followed that has come there since, if no_links is set.
 * The descriptor or -errno: -EINVAL, -ELOOP for what is none. */
int sysroot_open(const struct sysroot *root, const char *path, char *ret_real);

/* As sysroot_find, but a link at the very end is not followed. */
int sysroot_find_link(const struct sysroot *root, const char *path, char *ret_real);

/* The same as sysroot_find; ret_path is the canonical path inside the sysroot. */
int sysroot_canonical(const struct sysroot *root, const char *path, char *ret_path);

/* What a walk meets. The callbacks may be NULL; each returns 0 or the -errno that ends the walk. */
struct sysroot_trail {
	/* a directory, where it really is, in which a name is to be looked up */
	int (*enter)(const char *real, void *ctx);
	/* a link that is about to be followed; last: nothing of the path is left after it */
	int (*follow)(const char *real, const struct stat *link, bool last, void *ctx);
	void *ctx;
	char at[PATH_SIZE];   /* path inside the sysroot where the walk ended or stopped */
	char real[PATH_SIZE]; /* and where that really is */
	unsigned links;	      /* followed so far */
};

/* As sysroot_find, telling what was met on the way. 0 or -errno. */
int sysroot_walk(const struct sysroot *root, const char *path, struct sysroot_trail *trail);

#endif
