/* SPDX-License-Identifier: MIT */
/* Finds in Python source which programs it starts, where they stand there literally: the words of
 * subprocess, os.exec*, os.spawn*, os.system, os.popen, shutil.which, asyncio's subprocesses. */
#ifndef BUSYPY_CORE_PYCALLS_H
#define BUSYPY_CORE_PYCALLS_H

#include <stdbool.h>
#include <stddef.h>

enum { PYCALLS_NAMES_MAX = 32, PYCALLS_NAME_MAX = 64 };

/* A name that the source gives to one of those modules or functions. */
struct pycalls_name {
	char name[PYCALLS_NAME_MAX];
	int module, function; /* function is negative for the module itself */
};

/* Set bytes and n; the rest is 0. */
struct pycalls {
	const char *bytes;
	size_t n, at;
	unsigned line, depth;
	struct pycalls_name names[PYCALLS_NAMES_MAX]; /* what is more is not followed */
	size_t n_names;
};

struct called;

/* The next call with such words: *ret are its programs, *ret_line (from 1) where it begins. False
 * at the end. */
bool pycalls_next(struct pycalls *calls, struct called *ret, unsigned *ret_line);

#endif
