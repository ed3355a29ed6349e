/* SPDX-License-Identifier: MIT */
/* Where `busypy run` finds the tree that was not named. */
#ifndef BUSYPY_RUN_TREE_H
#define BUSYPY_RUN_TREE_H

struct err;

/* The first tree of the configuration, which is read for nothing else. Static storage. The small
 * program, which cannot read it, executes the large one instead: argv is all that it needs. */
int run_find_tree(const char *config, char **argv, const char **ret, struct err *err);

#endif
