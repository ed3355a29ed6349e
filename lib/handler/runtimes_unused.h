/* SPDX-License-Identifier: MIT */
/* The end of runtimes: nothing that a running script may still import goes. */
#ifndef BUSYPY_HANDLER_RUNTIMES_UNUSED_H
#define BUSYPY_HANDLER_RUNTIMES_UNUSED_H

struct err;

/* Removes the runtimes that no generation names and no process executes, then the file system that
 * held them. Returns how many stay only because they are executed. */
int runtimes_unused_drop(struct err *err);

/* Calls each for the tree of every runtime, as its link names it. */
int runtimes_each_tree(int (*each)(const char *tree, struct err *err, void *ctx), void *ctx,
		       struct err *err);

#endif
