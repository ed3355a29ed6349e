/* SPDX-License-Identifier: MIT */
/* The working directory across a change of root: by path, since a descriptor from before would
 * stand on the host's mount (and is how CVE-2024-21626 came about). */
#ifndef BUSYPY_SYS_CWD_H
#define BUSYPY_SYS_CWD_H

#include <stdbool.h>
#include <stdint.h>

struct cwd {
	const char *path; /* "" if there is no path to it: deleted, or outside of the root */
	bool known;	  /* these are the directory's */
	uint64_t dev, ino;
	char near[256]; /* where a path of usual length is: a stack page less per start */
};

/* A longer path gets a page of its own, which is never freed. */
void cwd_get(struct cwd *ret);

/* Goes back to it; where that is not possible, or leads to another directory (a view has its own
 * /usr, for example; "/" is always "/"), to the directory instead. Returns 1 if it went
 * back, 0 if it went to the other one, -errno if neither. */
int cwd_restore(const struct cwd *cwd, const char *instead);

#endif
