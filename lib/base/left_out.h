/* SPDX-License-Identifier: MIT */
/* Packages that a tree lacks for an arch although something asked for them: its lock says so. */
#ifndef BUSYPY_BASE_LEFT_OUT_H
#define BUSYPY_BASE_LEFT_OUT_H

struct err;

struct left_out {
	const char *name, *version; /* what the other archs have */
	const char *target;	    /* arch, or arch@3.N */
};

/* Calls each for every package that the lock of a tree (an absolute path) leaves out somewhere;
 * what it says is borrowed. each returns 0 or -errno, which ends it. 0 without a lock; -EINVAL with
 * a sentence for one that cannot be read. */
int left_out_each(const char *tree, int (*each)(const struct left_out *package, void *ctx),
		  void *ctx, struct err *err);

#endif
