/* SPDX-License-Identifier: MIT */
/* What a tree has already, compared with what is to be added. */
#ifndef BUSYPY_ADD_CONFLICTS_H
#define BUSYPY_ADD_CONFLICTS_H

#include <stdbool.h>

struct add;
struct err;

/* Decides for each item whether it is new, the same or replaces something, and takes what is the
 * same out again; *ret_any says whether anything is left. -EEXIST with a sentence for what differs
 * and must not be replaced. */
int add_conflicts_check(struct add *add, bool *ret_any, struct err *err);

/* Writes the workspace's list of what is placed as a whole: libraries, then what needs them. */
int add_conflicts_list(struct add *add, struct err *err);

#endif
