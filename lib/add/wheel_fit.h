/* SPDX-License-Identifier: MIT */
/* Which of a tree's runtimes a wheel is for, by its tags and its Requires-Python. */
#ifndef BUSYPY_ADD_WHEEL_FIT_H
#define BUSYPY_ADD_WHEEL_FIT_H

#include <stdbool.h>
#include <stddef.h>

struct add;
struct err;
struct wheel_info;
struct wheel_name;

enum { WHEEL_FIT_MAX = 16 }; /* ADD_RUNTIMES_MAX */

struct wheel_fits {
	size_t which[WHEEL_FIT_MAX]; /* indexes of runtimes */
	size_t n;
	bool any; /* its files are the same for all archs: it fits every runtime */
};

/* Finds them. named is NULL for what has no file name: then WHEEL's tags tell. -ENOEXEC with a
 * sentence for a wheel that fits none, or that is for all of them and does not fit one. */
int wheel_fit_find(const struct add *add, const char *from, const struct wheel_name *named,
		   const struct wheel_info *info, struct wheel_fits *ret, struct err *err);

#endif
