/* SPDX-License-Identifier: MIT */
/* What the small program cannot do for `busypy run`: all are in cli/front.c, too, and execute the
 * large one there. */
#ifndef BUSYPY_CLI_RUN_TREE_H
#define BUSYPY_CLI_RUN_TREE_H

struct err;

/* The first tree of the configuration, which is read for nothing else. Static storage. */
int run_find_tree(const char *config, const char **ret, struct err *err);

/* How the tree itself says that its Python starts, enum start; the small program knows a tree that
 * says nothing of it. */
int run_tree_start(const char *tree, int *ret, struct err *err);

/* Does not return in the small program: for a sentence that only the large one has. */
void run_elsewhere(void);

#endif
