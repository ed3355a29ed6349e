/* SPDX-License-Identifier: MIT */
/* What of a tree goes because another version of a distribution comes. */
#ifndef BUSYPY_ADD_UPGRADE_H
#define BUSYPY_ADD_UPGRADE_H

#include <stdbool.h>

struct add;
struct add_dist;
struct err;

/* Reads what distributions the tree has, and finds for each that comes what it replaces: fills in
 * add->leaving, the files that its RECORD lists, no other one does and nobody has edited, and
 * add->edited. -EEXIST with a sentence where that was not asked for or cannot be told. */
int add_upgrade_find(struct add *add, struct err *err);

/* True if a file or a folder of the tree leaves, with all that is in it. */
bool add_upgrade_leaves(const struct add *add, const char *path);

/* Fills in add->going, after the items are known to be new or not: what leaves and is in no item's
 * place. Warns of what was edited and is kept. */
int add_upgrade_settle(struct add *add, struct err *err);

#endif
