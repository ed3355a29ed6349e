/* SPDX-License-Identifier: MIT */
/* The option --lease-age of several commands. */
#ifndef BUSYPY_CLI_LEASE_AGE_H
#define BUSYPY_CLI_LEASE_AGE_H

struct option_given;

/* A number with the unit s, m, h or d (default: seconds) as seconds, into a uint64_t. */
int lease_age_take(const struct option_given *given, void *ctx);

#endif
