/* SPDX-License-Identifier: MIT */
/* What SELinux calls our files. */
#ifndef BUSYPY_BASE_LABEL_H
#define BUSYPY_BASE_LABEL_H

struct err;

/* Labels an open file like the system's programs where SELinux is on, so that every domain may
 * execute it; name is for the sentence. */
int label_program(int fd, const char *name, struct err *err);

#endif
