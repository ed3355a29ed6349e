/* SPDX-License-Identifier: MIT */
/* One round of busypyd: looks where the configured trees lead, and brings the handler there. Runs
 * in a child process, since trees and kernel may take their time; its report is in shared memory.
 */
#ifndef BUSYPY_HANDLER_ROUND_H
#define BUSYPY_HANDLER_ROUND_H

#include <stdbool.h>
#include <stddef.h>

struct conf;
struct err;

enum {
	FOLLOW_TREES_MAX = 8, /* the configuration's */
	FOLLOW_PATH_MAX = 512,
	FOLLOW_WHY_MAX = 512
};

struct follow_tree {
	char wanted[FOLLOW_PATH_MAX]; /* as configured */
	char path[FOLLOW_PATH_MAX];   /* what is in force: a tree of the contract; or "" */
	char why[FOLLOW_WHY_MAX];     /* why that is not what wanted leads to; or "" */
	int watch;		      /* enum lookout_watch */
	bool away;		      /* it did not answer */
};

struct follow {
	struct follow_tree trees[FOLLOW_TREES_MAX];
	size_t n_trees;
	unsigned generation; /* in force; 0 is none */
	unsigned older;	     /* generations that are still to be dropped */
	bool renewed;	     /* this round has made it */
	bool restored;	     /* this round has put its entries back */
};

/* Does one round. follow is both the report of the round before (of what does not answer it tells
 * what stood) and that of this one; it lies in memory that parent and child share. With prune,
 * templates do without what has been mounted meanwhile. Errors that concern one tree are in
 * trees[].why; an error's sentence is about all. */
int follow_round(const struct conf *conf, int inotify, bool prune, struct follow *follow,
		 struct err *err);

#endif
