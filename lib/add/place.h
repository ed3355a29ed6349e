/* SPDX-License-Identifier: MIT */
/* Puts the items into the tree under construction. */
#ifndef BUSYPY_ADD_PLACE_H
#define BUSYPY_ADD_PLACE_H

struct add;
struct err;

/* Copies all of them; what comes to bin is made executable. */
int add_place_items(struct add *add, struct err *err);

#endif
