/* SPDX-License-Identifier: MIT */
/* A temporary folder that goes with the process, however it ends. */
#ifndef BUSYPY_BASE_TEMPDIR_H
#define BUSYPY_BASE_TEMPDIR_H

#include <sys/types.h>

#include "core/path_size.h"

struct err;

struct tempdir {
	char dir[PATH_SIZE]; /* "" for none */
	int fd;
	pid_t pid;
};

/* Makes a folder of the caller's own below $TMPDIR or /tmp. A child waits for the caller's end,
 * and removes it then. 0 or -errno with a sentence. */
int tempdir_make(struct tempdir *ret, struct err *err);

/* Removes the folder; nothing if there is none. */
void tempdir_drop(struct tempdir *tempdir);

#endif
