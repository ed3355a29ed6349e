/* SPDX-License-Identifier: MIT */
/* Could others than root change what all users of a tree run? One answer for enable and check. */
#ifndef BUSYPY_CHECK_OWNERS_H
#define BUSYPY_CHECK_OWNERS_H

struct arch;
struct err;

/* 0 if the rule of sys/trust, for root alone, holds for a tree and for all that a view of arch
 * binds of it; -EPERM with its sentence, or the -errno of looking. */
int owners_check(const char *tree, const struct arch *arch, struct err *err);

#endif
