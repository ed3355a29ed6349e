/* SPDX-License-Identifier: MIT */
/* Debian's packages for runtimes that stand. */
#ifndef BUSYPY_ADD_DEBIAN_H
#define BUSYPY_ADD_DEBIAN_H

struct add;
struct add_debian;
struct err;

/* Gets the packages for all runtimes that are wanted into the cache. */
int add_debian_open(struct add *add, struct err *err);

/* Extracts them and notes what is in them. */
int add_debian_extract(struct add *add, struct err *err);

/* NULL is fine. */
void add_debian_close(struct add_debian *debian);

#endif
