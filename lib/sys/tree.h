/* SPDX-License-Identifier: MIT */
/* A tree on disk: is it one, and which runtimes does it have. Whether it may serve all users:
 * handler/admission. */
#ifndef BUSYPY_SYS_TREE_H
#define BUSYPY_SYS_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/path_size.h"

struct arch;
struct err;
struct python_minors;

/* Follows path (perhaps EXPORT/current) to the tree's canonical path and checks that a tree stands
 * there and may stand there. */
int tree_resolve(const char *path, char ret[PATH_SIZE], struct err *err);

/* True if the tree has both folders of a runtime for arch; and the same as a sentence. */
bool tree_has_runtime(const char *tree, const struct arch *arch);
int tree_need_runtime(const char *tree, const struct arch *arch, struct err *err);

/* The Pythons of a tree's runtime: first the one that python3 leads to, then all others that stand
 * beside it as python3.MINOR, from the oldest on. This is where it stands which they are. Empty if
 * there is no runtime, or python3 leads to no such name. */
void tree_pythons(const char *tree, const struct arch *arch, struct python_minors *ret);

/* The Pythons that first lines of a tree's scripts can name by their number, from the oldest on:
 * where a runtime of it has several, those of all its runtimes; else none, since python3 is all
 * that there is. */
void tree_several(const char *tree, struct python_minors *ret);

/* The archs that a tree has a runtime for, separated by blanks; "none" if there is none. */
void tree_archs(const char *tree, char *dst, size_t size);

/* The same of an open tree. Links are followed below it. */
void tree_archs_in(int tree, char *dst, size_t size);

#endif
