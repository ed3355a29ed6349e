/* SPDX-License-Identifier: MIT */
/* Several Pythons in one runtime: whose libraries they share, and whether they can. */
#ifndef BUSYPY_STAGE_BESIDE_H
#define BUSYPY_STAGE_BESIDE_H

#include <stddef.h>

struct arch;
struct err;
struct python_minors;
struct source;

/* Puts the source with the newest C library first, and the Pythons in the same order: that library
 * serves what was built for an older one. -ENOEXEC with a sentence if one has no glibc. */
int beside_order(struct source *sources, struct python_minors *pythons, struct err *err);

/* Proves that all Pythons but the first, with every module and library of theirs, find each soname,
 * symbol version and symbol among the libraries that stand in tree now. -ENOEXEC with a sentence
 * that names the first of what is missing, who needs it, and what helps. */
int beside_prove(const char *tree, const struct arch *arch, const struct python_minors *pythons,
		 struct err *err);

#endif
