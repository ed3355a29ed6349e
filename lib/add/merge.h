/* SPDX-License-Identifier: MIT */
/* Items of wheels that have folders in common: namespace packages, beside one another and beside
 * what the tree has. */
#ifndef BUSYPY_ADD_MERGE_H
#define BUSYPY_ADD_MERGE_H

#include <stddef.h>

struct add;
struct arch;
struct err;

/* Notes as add_item_note_packed what was unpacked to source, an exact path. A folder that another
 * wheel has noted, too, becomes several items, each of one of them. -EEXIST with a sentence where
 * both have a file of one name with other bytes. */
int add_merge_note(struct add *add, const char *to, const char *source, const char *from,
		   const struct arch *arch, struct err *err);

/* Puts an item for each name in its folder in the place of the item with this index, which is a
 * wheel's folder. */
int add_merge_split(struct add *add, size_t which, struct err *err);

#endif
