/* SPDX-License-Identifier: MIT */
/* What must hold of a version before it gets its name. */
#ifndef BUSYPY_EXPORT_CHECK_H
#define BUSYPY_EXPORT_CHECK_H

struct err;
struct folder;

/* What was written is what the manifest says, read again byte by byte, and `busypy check` finds no
 * error. A sentence names the first thing that is wrong. */
int export_check(const struct folder *version, struct err *err);

#endif
