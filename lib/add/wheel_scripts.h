/* SPDX-License-Identifier: MIT */
/* A wheel's scripts, and the commands of its entry points. */
#ifndef BUSYPY_ADD_WHEEL_SCRIPTS_H
#define BUSYPY_ADD_WHEEL_SCRIPTS_H

#include <stdbool.h>

struct add;
struct err;
struct path_list;

/* What of a wheel goes to bin. */
struct wheel_scripts {
	struct add *add;
	const char *dir;	 /* where it was unpacked; its commands are written beside that */
	const char *from;	 /* what sentences call it */
	bool installed;		 /* pip has written the path of its own Python into first lines */
	struct path_list *files; /* their paths in the tree are added to it */
};

/* Writes and notes a script for each command of the .dist-info folder. -EINVAL with a sentence if
 * its entry_points.txt cannot be understood. */
int wheel_scripts_note_commands(const struct wheel_scripts *scripts, const char *info,
				struct err *err);

/* Notes the script name in folder, an exact path, with the plain first line where it begins with
 * "#!python". One that is called as a command stands back, as for
 * pip; one that no view could start is left out with a warning. */
int wheel_scripts_note(const struct wheel_scripts *scripts, const char *folder, const char *name,
		       struct err *err);

#endif
