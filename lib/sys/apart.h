/* SPDX-License-Identifier: MIT */
/* Work that must not touch this process: done in a child, which reports back. */
#ifndef BUSYPY_APART_H
#define BUSYPY_APART_H

struct err;

/* Runs work(data, err) in a forked child and returns its result (negative with a sentence in err,
 * 0 or more as it is). The child ends with the parent. -ECHILD if it died without a word. */
int apart_do(int (*work)(void *data, struct err *err), void *data, struct err *err);

#endif
