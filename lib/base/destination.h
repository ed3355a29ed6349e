/* SPDX-License-Identifier: MIT */
/* Looks at what a user named to be written into, for the rule of core/destination. Every command
 * that writes into a directory or a file it is given asks here first. */
#ifndef BUSYPY_BASE_DESTINATION_H
#define BUSYPY_BASE_DESTINATION_H

struct err;

/* 0 if it may be written to path, which need not exist; what core/destination says, or the -errno
 * of looking, with a sentence. kind: enum destination_kind; flags: enum destination_flags. */
int destination_check(const char *path, unsigned kind, unsigned flags, struct err *err);

#endif
