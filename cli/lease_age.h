/* SPDX-License-Identifier: MIT */
/* The option --lease-age of several commands. */
#ifndef BUSYPY_LEASE_AGE_H
#define BUSYPY_LEASE_AGE_H

#include <stdint.h>

/* Reads a number with the unit s, m, h or d (default: seconds) as seconds; 0, or prints a sentence
 * and returns the exit status. */
int lease_age_parse(const char *command, const char *text, uint64_t *ret);

#endif
