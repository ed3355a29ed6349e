/* SPDX-License-Identifier: MIT */
/* Where a directory lies in its file system, whatever mount it was reached by: a bind mount gives
 * it a second path, but no second place. */
#ifndef BUSYPY_BASE_FSPLACE_H
#define BUSYPY_BASE_FSPLACE_H

#include <stdbool.h>

#include "core/path_size.h"

struct fsplace {
	char device[24];      /* of the file system */
	char path[PATH_SIZE]; /* in it */
};

/* The path by which an open file (also O_PATH) is reached from this process's root, without links;
 * -ENOENT if there is none. */
int fsplace_path(int fd, char ret[PATH_SIZE]);

/* The mounts of this process as text. Caller frees; NULL if they cannot be read. */
char *fsplace_mounts(void);

/* 0, or -errno if that cannot be told. mounts: of fsplace_mounts. */
int fsplace_of(int fd, const char *mounts, struct fsplace *ret);

/* True if a is the place b, or, with *ret_within, lies below it. */
bool fsplace_in(const struct fsplace *a, const struct fsplace *b, bool *ret_within);

#endif
