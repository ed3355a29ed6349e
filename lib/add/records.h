/* SPDX-License-Identifier: MIT */
/* What a tree says of the origin of what was added. */
#ifndef BUSYPY_ADD_RECORDS_H
#define BUSYPY_ADD_RECORDS_H

struct add;
struct err;

/* Writes etc/busypy/<arch>/... of the runtimes that received anything. */
int add_records(struct add *add, struct err *err);

#endif
