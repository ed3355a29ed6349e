/* SPDX-License-Identifier: MIT */
/* A Landlock domain that takes no right over files: for what it keeps apart from other processes
 * where there are no namespaces. landlock(7). */
#ifndef BUSYPY_SYS_LANDLOCK_H
#define BUSYPY_SYS_LANDLOCK_H

#include <stdbool.h>

/* True if this kernel has what landlock_part() needs (6.12, and Landlock is on). */
bool landlock_can_part(void);

/* From here on this process and all that come from it can neither signal nor trace processes
 * outside, nor reach their roots, memory and descriptors through /proc. Needs no_new_privs.
 * -errno on failure. */
int landlock_part(void);

#endif
