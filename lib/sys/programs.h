/* SPDX-License-Identifier: MIT */
/* Where our own installed files are: beside a freshly built busypy, or where `make install` put
 * them, whatever the prefix. */
#ifndef BUSYPY_SYS_PROGRAMS_H
#define BUSYPY_SYS_PROGRAMS_H

#include <stddef.h>

struct err;

/* The path of one of our programs: loader, enter, ... -ENOENT with a sentence. */
int programs_find(const char *name, char *dst, size_t size, struct err *err);

/* The directory with the tree's own programs (rootfs/ of the source). -ENOENT with a sentence. */
int programs_find_rootfs(char *dst, size_t size, struct err *err);

#endif
