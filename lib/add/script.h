/* SPDX-License-Identifier: MIT */
/* Scripts, which go to bin if a view can start them. */
#ifndef BUSYPY_ADD_SCRIPT_H
#define BUSYPY_ADD_SCRIPT_H

struct add;
struct err;

/* Notes the script that is open and is at path. */
int add_script(struct add *add, int fd, const char *path, struct err *err);

/* The same of one that an archive was unpacked to; from is the archive. 1; or 0 with a warning for
 * one that no view could start. */
int add_script_packed(struct add *add, int fd, const char *path, const char *from, struct err *err);

#endif
