/* SPDX-License-Identifier: MIT */
/* What starts of Python have asked for: kinds of images that were not there (core/start_layout).
 * Any user can ask. So each kind of each Python is made once at most, one after another, and what
 * it takes is limited (handler/starts). */
#ifndef BUSYPY_DAEMON_BUSYPYD_WANTS_H
#define BUSYPY_DAEMON_BUSYPYD_WANTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WANTS_MAX = 16, WANTS_PATH_MAX = 64 }; /* a contract's */

/* One Python. */
struct want {
	char restorer[WANTS_PATH_MAX];
	int fd;			/* its FIFO */
	uint64_t asked, served; /* bits of kinds */
};

struct wants {
	struct want of[WANTS_MAX];
	size_t n;
	int fd; /* readable when anybody asks; -1 before wants_open() */
};

/* 0, or -errno. */
int wants_open(struct wants *wants);

/* Listens to those who start by the contract that is live now, and to nobody else. */
void wants_follow(struct wants *wants);

/* Reads what was asked for. */
void wants_take(struct wants *wants);

/* True if there is one. */
bool wants_any(const struct wants *wants);

/* The next kind that is to be made, which then counts as served: its restorer; NULL for none. */
const char *wants_next(struct wants *wants, unsigned *ret_kind);

#endif
