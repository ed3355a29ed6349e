/* SPDX-License-Identifier: MIT */
/* A Landlock domain that takes no right over files: for what it keeps apart from other processes
 * where there are no namespaces. landlock(7). */
#ifndef BUSYPY_SYS_LANDLOCK_H
#define BUSYPY_SYS_LANDLOCK_H

#include <stdbool.h>

/* True if this kernel has what landlock_part() needs (6.12, and Landlock is on). */
bool landlock_can_part(void);

/* linux/landlock.h: what a process in the domain cannot reach outside of it. */
enum landlock_scope {
	LANDLOCK_SOCKETS = 1 << 0, /* abstract Unix sockets */
	LANDLOCK_SIGNALS = 1 << 1  /* processes, by signals */
};

/* Puts this process and those that come from it into a domain of their own, with these scopes; by
 * being one it also cannot trace processes outside. Needs no_new_privs. 0 or -errno. */
int landlock_part(unsigned scopes);

#endif
