/* SPDX-License-Identifier: MIT */
/* Files and directories of the command line: what they are, where they belong. */
#ifndef BUSYPY_ADD_FILES_H
#define BUSYPY_ADD_FILES_H

struct add;
struct err;

/* Looks at one word of the command line, a path, and notes what it is; wheels are passed over. */
int add_files_look(struct add *add, const char *word, struct err *err);

#endif
