/* SPDX-License-Identifier: MIT */
/* The system calls that a sandbox's programs are refused: seccomp(2). The list, with the reasons,
 * is in filter/make.c. */
#ifndef BUSYPY_SANDBOX_FILTER_H
#define BUSYPY_SANDBOX_FILTER_H

struct err;

/* Filters the calling process and all that come from it. Needs no_new_privs. -ENOSYS where BusyPy
 * was built without libseccomp. */
int filter_set(struct err *err);

#endif
