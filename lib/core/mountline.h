/* SPDX-License-Identifier: MIT */
/* One line of /proc/self/mountinfo, proc(5): for PID 1, which cannot carry libmount. Everything
 * else asks libmount (lib/handler/mounts). */
#ifndef BUSYPY_CORE_MOUNTLINE_H
#define BUSYPY_CORE_MOUNTLINE_H

#include <stddef.h>

enum { MOUNTLINE_TYPE_MAX = 32, MOUNTLINE_PATH_MAX = 4096 };

struct mountline {
	char path[MOUNTLINE_PATH_MAX]; /* the mount point, unescaped */
	char type[MOUNTLINE_TYPE_MAX];
	char source[MOUNTLINE_PATH_MAX]; /* what it says it was mounted from; empty if nothing */
};

/* Parses n bytes, a line without its newline; -EINVAL if it is none. */
int mountline_parse(const char *bytes, size_t n, struct mountline *ret);

#endif
