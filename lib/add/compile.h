/* SPDX-License-Identifier: MIT */
/* Compiles the Python files of what is added. */
#ifndef BUSYPY_ADD_COMPILE_H
#define BUSYPY_ADD_COMPILE_H

struct add;
struct err;

/* Gives each a .pyc: for the shared packages one of every minor, for a runtime's own its own, taken
 * from other runtimes where they have the same file. A warning where no Python of a minor runs. */
int add_compile(struct add *add, struct err *err);

#endif
