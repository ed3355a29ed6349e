/* SPDX-License-Identifier: MIT */
/* What was added to a runtime that is staged again: the new one is without it. */
#ifndef BUSYPY_STAGE_FORGOTTEN_H
#define BUSYPY_STAGE_FORGOTTEN_H

struct arch;
struct listener;

/* Warns of it: Debian's packages by the runtime's list, wheels by the lock of the tree, which
 * stays. tree is an exact path, given what the user calls it. */
void forgotten_warn(const char *tree, const char *given, const struct arch *arch,
		    const struct listener *listener);

#endif
