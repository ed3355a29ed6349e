/* SPDX-License-Identifier: MIT */
/* The part of a tree that is the same for every arch: directories, our programs, /etc. */
#ifndef BUSYPY_STAGE_SKELETON_H
#define BUSYPY_STAGE_SKELETON_H

#include "core/path_size.h"

struct err;

/* Finds the directory with our programs: given (may be NULL), or ../rootfs beside the directory of
 * this program when it is run where it was built, or the installed one. ret is PATH_SIZE. */
int skeleton_find_rootfs(const char *given, char *ret, struct err *err);

/* Lays the skeleton and the programs of rootfs into the empty directory dir. What tree already has
 * in site-package is linked there too, so that it can be compiled with the rest. */
int skeleton_stage(const char *rootfs, const char *tree, const char *dir, struct err *err);

#endif
