/* SPDX-License-Identifier: MIT */
/* Makes the runtime of a tree with `programs = host`, as core/runtime_layout says. When that is
 * done and how long it lives: handler/runtimes. */
#ifndef BUSYPY_HANDLER_RUNTIME_H
#define BUSYPY_HANDLER_RUNTIME_H

#include <stdbool.h>

struct arch;
struct err;

struct runtime_request {
	const char *tree; /* canonical path, of one version */
	const struct arch *arch;
	bool user_site; /* what sys.executable starts looks for the user's packages */
	int dir; /* an empty directory on the file system of the runtimes, under a temporary name */
};

struct runtime_result {
	char word[8]; /* as a contract has it */
};

/* Makes what WORD.d holds, in request->dir, which the caller then renames, and its base, where that
 * is not there already. The word is of the
 * tree's path, the arch, and the sums of interpreter and ld.so: the same after a reboot, unless
 * another tree's runtime stands by that word. What it makes is the caller's, mode 0755 and 0644,
 * and labelled as the system's programs are (bake.c). Returns 0; -ENOSPC if there is no room; else
 * -errno with a sentence why this tree cannot have a runtime: musl, an ld.so whose paths are not
 * found, no interpreter. On failure what was made so far is left in the directory for the caller to
 * remove. */
int runtime_build(const struct runtime_request *request, struct runtime_result *ret,
		  struct err *err);

#endif
