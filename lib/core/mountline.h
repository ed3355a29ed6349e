/* SPDX-License-Identifier: MIT */
/* One line of /proc/self/mountinfo, proc(5): for PID 1, which cannot carry libmount, and for who
 * asks about one mount. Tables of mounts are libmount's (lib/handler/mounts). */
#ifndef BUSYPY_CORE_MOUNTLINE_H
#define BUSYPY_CORE_MOUNTLINE_H

#include <stddef.h>
#include <stdint.h>

#include "core/path_size.h"

enum { MOUNTLINE_TYPE_MAX = 32 };

struct mountline {
	char path[PATH_SIZE]; /* the mount point, unescaped */
	char type[MOUNTLINE_TYPE_MAX];
	char source[PATH_SIZE]; /* what it says it was mounted from; empty if nothing */
};

/* Parses n bytes, a line without its newline; -EINVAL if it is none. */
int mountline_parse(const char *bytes, size_t n, struct mountline *ret);

/* Where a mount's root lies. */
struct mountline_root {
	char device[24];      /* of the file system, "8:1"; a subvolume has the same */
	char root[PATH_SIZE]; /* of the mount, in the file system, unescaped */
	char path[PATH_SIZE]; /* the mount point, unescaped */
};

/* 1 if n bytes are the line of the mount with this number, 0 for another's, -EINVAL. */
int mountline_root(const char *bytes, size_t n, uint64_t number, struct mountline_root *ret);

/* 1 if n bytes are the line of the mount with this number, and say which user mounted it, as those
 * of FUSE do: it is not what path or source may say. virtiofs is mounted by root alone, and says
 * nothing. 0 for another mount's line, -EINVAL if that is not told. */
int mountline_fuse_user(const char *bytes, size_t n, uint64_t number, uint64_t *ret);

#endif
