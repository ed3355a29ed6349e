/* SPDX-License-Identifier: MIT */
/* Looks at what a user named to be written into, for the rule of core/destination. Every command
 * that writes a tree, an export, records, outputs, packages or an image asks here first; not so
 * `boot --log`, which writes as a shell's > does. */
#ifndef BUSYPY_BASE_DESTINATION_H
#define BUSYPY_BASE_DESTINATION_H

struct err;

/* 0 if it may be written to path, which need not exist; what core/destination says, or the -errno
 * of looking, with a sentence. kind: enum destination_kind; flags: enum destination_flags. */
int destination_check(const char *path, unsigned kind, unsigned flags, struct err *err);

#endif
