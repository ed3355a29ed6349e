/* SPDX-License-Identifier: MIT */
/* Debian's files "copyright", where a program can read them (DEP-5). */
#ifndef BUSYPY_CORE_DEP5_H
#define BUSYPY_CORE_DEP5_H

#include <stddef.h>

/* The short name of the licence that a package's files have (those of "Files: *", else of the first
 * "Files:"), printable. -ENOENT where the text does not tell, -E2BIG. */
int dep5_licence(const char *text, size_t n, char *dst, size_t size);

#endif
