/* SPDX-License-Identifier: MIT */
/* Which services nsswitch.conf(5) asks; pure. */
#ifndef BUSYPY_CORE_NSSWITCH_H
#define BUSYPY_CORE_NSSWITCH_H

#include <stddef.h>

/* Writes the services that a file (n bytes) names for a database, but for `files`, which every C
 * library has in itself: quoted, separated by ", ", each once. The first line of the database
 * counts, and actions in brackets do not. Returns how many there are, or -E2BIG. */
int nsswitch_others(const char *bytes, size_t n, const char *database, char *dst, size_t size);

#endif
