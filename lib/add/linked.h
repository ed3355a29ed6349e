/* SPDX-License-Identifier: MIT */
/* A tree as it would be: made of second names for files of the tree and of what is built. */
#ifndef BUSYPY_ADD_LINKED_H
#define BUSYPY_ADD_LINKED_H

struct err;

/* Second names at to/name for all that is at or below dir/name (exact paths of folders); what was
 * at to before has gone. Nothing there is no error. */
int linked_all(const char *dir, const char *name, const char *to, struct err *err);

/* One symbolic link at to/name to tree/name. */
int linked_name(const char *tree, const char *name, const char *to, struct err *err);

#endif
