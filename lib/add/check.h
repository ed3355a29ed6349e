/* SPDX-License-Identifier: MIT */
/* Whether the tree would be sound with what is added. */
#ifndef BUSYPY_ADD_CHECK_H
#define BUSYPY_ADD_CHECK_H

struct add;
struct err;

/* Runs the checks of `busypy check` on what is to be added, in the tree as it would be. -ENOEXEC
 * with the first error; warnings go to the user. */
int add_check(struct add *add, struct err *err);

#endif
