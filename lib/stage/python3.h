/* SPDX-License-Identifier: MIT */
/* Says anew which of a runtime's Pythons is python3; nothing else changes. */
#ifndef BUSYPY_STAGE_PYTHON3_H
#define BUSYPY_STAGE_PYTHON3_H

#include <stddef.h>

struct arch;
struct err;

/* In the runtimes of these archs; of all that the tree has if there are none. All or none: -ENOENT
 * with a sentence if one of them has no such Python. */
int python3_choose(const char *tree, unsigned minor, const struct arch *const *archs,
		   size_t n_archs, struct err *err);

#endif
