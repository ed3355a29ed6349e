/* SPDX-License-Identifier: MIT */
/* Whether any process executes a file of ours, which must then stay. */
#ifndef BUSYPY_HANDLER_EXECUTED_H
#define BUSYPY_HANDLER_EXECUTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

struct executed {
	uint64_t dev, ino; /* as struct place has them */
	const char *part; /* NULL, or "/a/" of the path that tells it from the file's other names */
	bool used;	  /* found */
};

/* Fills in which file it is; false if there is none at path. */
bool executed_of(const char *path, struct executed *ret);

/* Sets used for each of the files that a process executes; returns how many are. By device and
 * inode: a path of that text can be made in any user's namespace. Of several names of one file it
 * is the one that the process goes by, or all where that cannot be told. No server is asked for
 * what a process executes: it may have died. */
int executed_find(struct executed *files, size_t n, struct err *err);

#endif
