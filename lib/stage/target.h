/* SPDX-License-Identifier: MIT */
/* The folders of a standing tree into which something is put. */
#ifndef BUSYPY_STAGE_TARGET_H
#define BUSYPY_STAGE_TARGET_H

#include <stdbool.h>

#include "core/path_size.h"

struct err;
struct trust;

/* A tree by its descriptor. Where root works, no folder of it on the way may be another's. */
struct target {
	int root;
	const char *tree;	   /* its canonical path: for sentences, and where its links lead */
	const struct trust *trust; /* NULL: whoever owns them */
};

/* Opens the folder that path (in the tree) lies in, and makes what is missing of it (0755). A
 * link on the way is resolved in the tree, and does not lead out of it. *ret_name points into path.
 * -EPERM with the rule's sentence, or -errno with one. The caller closes. */
int target_open(const struct target *target, const char *path, const char **ret_name,
		struct err *err);

/* Tells whether target_open would be refused; makes nothing. */
int target_check(const struct target *target, const char *path, struct err *err);

#endif
