/* SPDX-License-Identifier: MIT */
/* Which files belong to what was added: the lists that removing goes by. */
#ifndef BUSYPY_ADD_LISTS_H
#define BUSYPY_ADD_LISTS_H

struct add;
struct err;

/* Writes etc/busypy/files, and etc/busypy/ARCH/files of the runtimes that received anything: what
 * is new, and of the old what was not replaced. Wheels are listed in their own RECORD. */
int add_lists(struct add *add, struct err *err);

#endif
