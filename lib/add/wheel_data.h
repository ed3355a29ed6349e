/* SPDX-License-Identifier: MIT */
/* A wheel's data files, which its programs look for below sys.prefix. */
#ifndef BUSYPY_ADD_WHEEL_DATA_H
#define BUSYPY_ADD_WHEEL_DATA_H

#include <stdbool.h>

struct add;
struct add_item;
struct arch;
struct err;
struct path_list;

/* What of a wheel goes to usr of a view. */
struct wheel_data {
	struct add *add;
	const char *from;	 /* what sentences call it */
	const struct arch *arch; /* whose usr; NULL: each runtime's */
	struct path_list *files; /* their paths in the tree are added to it */
};

/* Notes each file below dir, an exact path. What a view has no place for, where programs and
 * libraries are, is left out with a warning. */
int wheel_data_note(const struct wheel_data *data, const char *dir, struct err *err);

/* Warns of what is left out: the files below path, an exact one, which the wheel calls name. */
int wheel_data_leave_out(const struct wheel_data *data, const char *path, const char *name,
			 struct err *err);

/* True if an item is such a file. */
bool wheel_data_is(const struct add_item *item);

/* -EEXIST with a sentence if the tree has something in the place of such a file that no RECORD
 * lists: it is the runtime's, or somebody's own. */
int wheel_data_check(const struct add *add, const struct add_item *item, struct err *err);

#endif
