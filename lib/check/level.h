/* SPDX-License-Identifier: MIT */
/* Which level of x86-64 a tree's Python needs of a machine; core/x86_level.h. */
#ifndef BUSYPY_CHECK_LEVEL_H
#define BUSYPY_CHECK_LEVEL_H

struct arch;
struct err;

/* Of the interpreter of arch and all that ld.so loads for it, the file that asks for most: *ret is
 * that level, 0 for none and for other archs; ret_file, of PATH_SIZE bytes, is where a view has it.
 * 0 too where there is no such runtime; -ENOMEM, ... */
int level_find(const char *tree, const struct arch *arch, unsigned *ret, char *ret_file,
	       struct err *err);

#endif
