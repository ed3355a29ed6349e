/* SPDX-License-Identifier: MIT */
/* Which of Debian's packages need which others, so that none goes that another needs. */
#ifndef BUSYPY_ADD_NEEDS_H
#define BUSYPY_ADD_NEEDS_H

#include <stddef.h>

struct add;
struct err;

/* Writes etc/busypy/ARCH/needs of a runtime for which packages were extracted. */
int add_needs(struct add *add, size_t which, struct err *err);

#endif
