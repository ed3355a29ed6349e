/* SPDX-License-Identifier: MIT */
/* The ELF files of what is added. */
#ifndef BUSYPY_ADD_NATIVE_H
#define BUSYPY_ADD_NATIVE_H

struct add;
struct err;

/* Checks and patches those that were copied, and adds the libraries that they need and the runtime
 * lacks. */
int add_native(struct add *add, struct err *err);

#endif
