/* SPDX-License-Identifier: MIT */
/* Large variables that most runs never touch, kept behind the small ones. */
#ifndef BUSYPY_COLD_H
#define BUSYPY_COLD_H

/* Each page that a program touches costs about 2 us per start. What is marked so comes last in
 * memory (zeroed like .bss), so that all that is always used, the C library's included, shares one
 * page with the initialised data. */
#define COLD __attribute__((section(".noinit")))

#endif
