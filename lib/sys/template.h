/* SPDX-License-Identifier: MIT */
/* Templates: a plan performed once in a mount namespace that is kept for copying. */
#ifndef BUSYPY_SYS_TEMPLATE_H
#define BUSYPY_SYS_TEMPLATE_H

#include <stdint.h>

struct plan;
struct err;

/* Performs the plan in a new mount namespace (in a child process) and pins that namespace by
 * binding it on the file pin, which is created. Returns 0 and the namespace's inode number; on
 * failure nothing is left but perhaps the empty file. */
int template_pin(const struct plan *plan, const char *pin, uint64_t *ret_ino, struct err *err);

/* Pins at a second place what is pinned at from. */
int template_share(const char *from, const char *pin, struct err *err);

/* Lets go of a pinned template and removes its file. Processes in it keep it. */
int template_unpin(const char *pin, struct err *err);

#endif
