/* SPDX-License-Identifier: MIT */
/* Which directory is an export: many projects have a folder called versions. */
#ifndef BUSYPY_BASE_EXPORT_MARK_H
#define BUSYPY_BASE_EXPORT_MARK_H

#include <stdbool.h>

/* True if the open directory has a version, or has nothing but what a first publish leaves that did
 * not come to its end. */
bool export_mark_is(int dir);

#endif
