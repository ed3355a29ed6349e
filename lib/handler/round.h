/* SPDX-License-Identifier: MIT */
/* One round of busypyd: looks where the configured trees lead, and brings the handler there. Runs
 * in a child process, since trees and kernel may take their time; its report is in shared memory.
 */
#ifndef BUSYPY_HANDLER_ROUND_H
#define BUSYPY_HANDLER_ROUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conf;
struct err;

enum {
	ROUND_TREES_MAX = 8, /* the configuration's */
	ROUND_PATH_MAX = 512,
	ROUND_WHY_MAX = 512
};

/* A version that was not fit, as it was then; all 0: none. */
struct round_refused {
	uint64_t dev, ino;
	int64_t changed; /* its directory's ctime, in ns */
};

struct round_tree {
	char wanted[ROUND_PATH_MAX];  /* as configured */
	char path[ROUND_PATH_MAX];    /* what is in force: a tree of the contract; or "" */
	char why[ROUND_WHY_MAX];      /* why that is not what wanted leads to; or "" */
	int watch;		      /* enum watch_kind */
	bool away;		      /* it did not answer */
	struct round_refused refused; /* the last one that was in turn to be in force */
	struct round_refused other;   /* the last one that was to be ready besides */
};

struct round_report {
	struct round_tree trees[ROUND_TREES_MAX];
	size_t n_trees;
	unsigned generation; /* in force; 0 is none */
	unsigned older;	     /* generations that are still to be dropped */
	unsigned kept;	     /* runtimes that are, when nobody executes them any more */
	bool renewed;	     /* this round has made it */
	bool restored;	     /* this round has put its entries back */
};

enum round_flags {
	ROUND_PRUNE = 1 << 0 /* templates do without what has been mounted meanwhile */
};

/* Does one round. report is both the report of the round before (of what does not answer it tells
 * what stood) and that of this one; it lies in memory that parent and child share. Errors that
 * concern one tree are in trees[].why; an error's sentence is about all. */
int round_perform(const struct conf *conf, int inotify, enum round_flags flags,
		  struct round_report *report, struct err *err);

#endif
