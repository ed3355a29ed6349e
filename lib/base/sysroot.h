/* SPDX-License-Identifier: MIT */
/* A directory seen as "/": resolves paths and links inside it and never leads out of it. */
#ifndef BUSYPY_BASE_SYSROOT_H
#define BUSYPY_BASE_SYSROOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/path_size.h"

struct arch;
struct stat;

enum { SYSROOT_MOUNTS_MAX = 16 };

/* Which directory stands where. What no mount covers does not exist. */
struct sysroot {
	struct {
		const char *at; /* absolute; static storage */
		char dir[PATH_SIZE];
	} mounts[SYSROOT_MOUNTS_MAX];
	size_t n_mounts;
	/* Where an ld.so looks besides, borrowed: LD_LIBRARY_PATH, or NULL; its cache */
	const char *library_path;
	const uint8_t *cache;
	size_t cache_size; /* bytes */
	const char *cwd;   /* where DT_NEEDED with a relative path begins; NULL is "/" */
	/* Another one, which lib/elf/search asks where this one has nothing; NULL after init. */
	const struct sysroot *below;
};

/* One directory as "/". -E2BIG if its path is too long. */
int sysroot_init(struct sysroot *root, const char *dir);

/* A tree's runtime of arch where a view has it: /usr, /lib, and /lib64, which is /lib. */
int sysroot_init_view(struct sysroot *root, const char *tree, const struct arch *arch);

/* Puts a directory of this machine where the sysroot has at (static storage); the first that fits a
 * path counts. -E2BIG. */
int sysroot_mount(struct sysroot *root, const char *at, const char *dir);

/* The same with the tree itself as "/": a client's view, but for what is fresh there (/dev, /proc,
 * /run, ...). */
int sysroot_init_client(struct sysroot *root, const char *tree, const struct arch *arch);

/* Resolves an absolute path, following every link as if the sysroot were "/". ret_real (of
 * PATH_SIZE bytes) is where the file really is. -ENOENT, -ELOOP, -ENOTDIR, ... */
int sysroot_find(const struct sysroot *root, const char *path, char *ret_real);

/* The same, but a link at the very end is not followed. */
int sysroot_find_link(const struct sysroot *root, const char *path, char *ret_real);

/* The same as sysroot_find; ret_path is the canonical path inside the sysroot. */
int sysroot_canonical(const struct sysroot *root, const char *path, char *ret_path);

/* What a walk meets. The callbacks may be NULL; each returns 0 or the -errno that ends the walk. */
struct sysroot_trail {
	/* a directory, where it really is, in which a name is to be looked up */
	int (*enter)(const char *real, void *context);
	/* a link that is about to be followed; last: nothing of the path is left behind it */
	int (*follow)(const char *real, const struct stat *link, bool last, void *context);
	void *context;
	char at[PATH_SIZE];   /* path inside the sysroot where the walk ended or stopped */
	char real[PATH_SIZE]; /* and where that really is */
	unsigned links;	      /* followed so far */
};

/* As sysroot_find, telling what was met on the way. 0 or -errno. */
int sysroot_walk(const struct sysroot *root, const char *path, struct sysroot_trail *trail);

#endif
