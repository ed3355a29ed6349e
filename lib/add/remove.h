/* SPDX-License-Identifier: MIT */
/* `busypy remove`: takes out of a tree what was added to it, all that was named or nothing. */
#ifndef BUSYPY_ADD_REMOVE_H
#define BUSYPY_ADD_REMOVE_H

#include <stddef.h>

struct err;
struct inventory;
struct listener;

enum remove_flags {
	REMOVE_FORCE = 1 << 0,	 /* what others need, and files that were edited, too */
	REMOVE_PRUNE = 1 << 1,	 /* and what only came with that, and nothing needs any more */
	REMOVE_DRY_RUN = 1 << 2, /* do everything but the last step: the tree stays as it is */
};

struct remove_request {
	const char *tree;
	const char *const *names; /* NAME, or KIND:NAME (inventory_kind_word) */
	size_t n_names;
	unsigned flags;			 /* enum remove_flags */
	const struct listener *listener; /* or NULL */
};

/* Does it; ret (inventory_free in every case) is what went: entries, their files those that went.
 * On failure the tree is as it was. */
int remove_run(const struct remove_request *request, struct inventory *ret, struct err *err);

#endif
