/* SPDX-License-Identifier: MIT */
/* Opens files by paths on which no link is followed, whoever puts one there meanwhile. */
#ifndef BUSYPY_SYS_BELOW_H
#define BUSYPY_SYS_BELOW_H

#include <stdbool.h>

/* Opens path below the directory dirfd, close-on-exec; flags are open(2)'s but O_CREAT. -ELOOP or
 * -ENOTDIR where a component is a link (with O_PATH | O_NOFOLLOW the last may be one, and is opened
 * itself), -EXDEV for a path that leads out. */
int below_open(int dirfd, const char *path, int flags);

/* The same of an absolute path. */
int below_open_root(const char *path, int flags);

/* The same for reading a regular file: -EINVAL for anything else, which is never opened, nor waited
 * for. */
int below_open_regular(const char *path);

/* True if path, with every link on it, leads out of the directory dirfd; also where the kernel
 * cannot say so. What is not there leads nowhere. */
bool below_leads_out(int dirfd, const char *path);

#endif
