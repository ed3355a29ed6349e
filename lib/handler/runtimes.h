/* SPDX-License-Identifier: MIT */
/* The runtimes of trees with `programs = host`, below RUNTIME_ROOT: when they are made and how long
 * they live. What one is: core/runtime_layout; how it is made: handler/runtime. */
#ifndef BUSYPY_HANDLER_RUNTIMES_H
#define BUSYPY_HANDLER_RUNTIMES_H

#include <stdbool.h>

#define RUNTIMES_TEMPORARY ".new-" /* a name below RUNTIME_ROOT: before the pid of who makes it */

struct arch;
struct conf;
struct contract_tree;
struct err;

/* Sees to it that a tree with `programs = host` has its runtime, made anew where what stands is not
 * what would be made now, and fills in flags, word and runtime; nothing but flags of any other
 * tree. */
int runtimes_provide(const struct conf *conf, const struct arch *arch, struct contract_tree *tree,
		     struct err *err);

enum runtimes_flags {
	RUNTIMES_USER_SITE = 1 << 0 /* user-site = yes */
};

/* Builds the runtime of a tree on RUNTIME_ROOT, which has to be mounted, and fills in its word.
 * -ESTALE if tree->runtime, which a contract knows, would have to be replaced for it. */
int runtimes_build(const struct arch *arch, enum runtimes_flags flags, struct contract_tree *tree,
		   struct err *err);

/* True if the runtime of the contract is there, or there need be none. */
bool runtimes_stand(const struct contract_tree *tree);

/* True if RUNTIME_ROOT has its own file system. */
bool runtimes_mounted(void);

/* Unmounts it if nothing is in it. */
void runtimes_unmount_empty(void);

/* Sees to it that it is private, bindable, nosuid and nodev. */
void runtimes_settle_mount(void);

#endif
