/* SPDX-License-Identifier: MIT */
/* Could others than root change what all users of a tree run? One answer for enable and check. */
#ifndef BUSYPY_CHECK_OWNERS_H
#define BUSYPY_CHECK_OWNERS_H

struct arch;
struct err;

/* 0 if the rule of sys/trust, for root alone, holds for a tree and for all that a view of arch
 * binds of it; -EPERM with its sentence, or the -errno of looking. */
int owners_check(const char *tree, const struct arch *arch, struct err *err);

/* The part of it that may change under a tree that serves already, and costs little: each folder
 * from
 * "/" to those that are bound. -EPERM as above; what cannot be looked at is no answer, 0. */
int owners_check_ways(const char *tree, const struct arch *arch, struct err *err);

/* Calls each with the path of every folder that is bound. */
void owners_each_way(const char *tree, const struct arch *arch,
		     void (*each)(const char *path, void *ctx), void *ctx);

#endif
