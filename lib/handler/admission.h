/* SPDX-License-Identifier: MIT */
/* A tree on disk: can its runtime start, and may it serve this machine's users. */
#ifndef BUSYPY_HANDLER_ADMISSION_H
#define BUSYPY_HANDLER_ADMISSION_H

struct arch;
struct contract_tree;
struct err;

/* Everything that must hold before the tree's runtime of arch may serve all users: it is there and
 * complete (closure_check), the self-test is there, and nobody but root can write anything that
 * would run. */
int admission_check(const char *tree, const struct arch *arch, struct err *err);

/* Fills in path, id, arch, linux32, the root's place, and where the other versions are. */
int admission_contract(const char *tree, const struct arch *arch, struct contract_tree *ret,
		       struct err *err);

#endif
