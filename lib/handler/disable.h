/* SPDX-License-Identifier: MIT */
/* Taking back what enabling did: all of it, or what was replaced. */
#ifndef BUSYPY_HANDLER_DISABLE_H
#define BUSYPY_HANDLER_DISABLE_H

struct err;

/* Removes our entries, templates and files; waits ms milliseconds for the lock. Running scripts go
 * on: *ret_kept runtimes beside the host stay, since processes execute them. Returns 1 if there was
 * anything to remove, 0 if not. */
int disable_all(unsigned ms, unsigned *ret_kept, struct err *err);

/* Drops what was replaced at least ms milliseconds ago and nobody is just entering by, and runtimes
 * that nothing names and nobody executes. Returns how many generations are left to drop; *ret_kept
 * runtimes are still executed. */
int disable_older(unsigned ms, unsigned *ret_kept, struct err *err);

#endif
