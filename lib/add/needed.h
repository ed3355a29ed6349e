/* SPDX-License-Identifier: MIT */
/* What the tree will lack of what the distributions need that come in. */
#ifndef BUSYPY_ADD_NEEDED_H
#define BUSYPY_ADD_NEEDED_H

struct add;
struct err;

/* Warns of it, and of archs that a distribution in one arch's runtime is not there for, unless a
 * resolver has chosen it. Call it when it is known what comes and what goes. */
int add_needed_check(struct add *add, struct err *err);

#endif
