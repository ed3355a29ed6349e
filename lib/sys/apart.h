/* SPDX-License-Identifier: MIT */
/* Work that must not touch this process, or may never end: done in a child, which reports back. */
#ifndef BUSYPY_SYS_APART_H
#define BUSYPY_SYS_APART_H

#include <sys/types.h>

struct err;

/* A child at work. */
struct apart {
	pid_t pid; /* 0: none */
	int fd;	   /* readable when it has ended, one way or another */
};

/* Runs work(err, ctx) in a forked child and returns its result (negative with a sentence in err,
 * 0 or more as it is). The child ends with the parent. -ECHILD if it died without a word. */
int apart_do(int (*work)(struct err *err, void *ctx), void *ctx, struct err *err);

/* The same, but a child that has not ended after so many milliseconds is killed: -ETIMEDOUT. One
 * that cannot be killed (it waits for a file server) is left behind. */
int apart_do_within(int (*work)(struct err *err, void *ctx), void *ctx, unsigned ms,
		    struct err *err);

/* Starts such a child and returns. */
int apart_begin(int (*work)(struct err *err, void *ctx), void *ctx, struct apart *ret,
		struct err *err);

/* Waits for its end and returns what apart_do would. */
int apart_end(struct apart *apart, struct err *err);

/* Kills it. 1 if it is gone, 0 if it cannot be, yet: call again. */
int apart_kill(struct apart *apart);

#endif
