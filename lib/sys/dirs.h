/* SPDX-License-Identifier: MIT */
/* The names in a directory, without opendir(3), which allocates. */
#ifndef BUSYPY_SYS_DIRS_H
#define BUSYPY_SYS_DIRS_H

#include <stddef.h>

struct dirs {
	int fd;
	long used, at; /* bytes of buf that hold entries; the next one */
	char buf[4096] __attribute__((aligned(8)));
};

/* Starts a listing of an open directory (not O_PATH), which must stay open. */
void dirs_begin(struct dirs *dirs, int fd);

/* 1 and the next name ("." and ".." are left out; valid until the next call), 0 after the last,
 * -errno. */
int dirs_next(struct dirs *dirs, const char **ret_name);

/* 1 if the directory has no entry, 0 if it has one, -errno. */
int dirs_empty(int fd);

#endif
