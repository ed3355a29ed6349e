/* SPDX-License-Identifier: MIT */
/* The option --lease-age of several commands, and all options of those that list an export. */
#ifndef BUSYPY_CLI_LEASE_AGE_H
#define BUSYPY_CLI_LEASE_AGE_H

#include <stdint.h>

/* Reads a number with the unit s, m, h or d (default: seconds) as seconds; 0, or prints a sentence
 * and returns the exit status. */
int lease_age_parse(const char *command, const char *text, uint64_t *ret);

/* What `busypy clients` and `busypy versions` take; argv[optind] is the EXPORT. */
struct list_options {
	uint64_t lease_age; /* seconds */
	unsigned flags;	    /* enum table_flags */
	const char *columns;
};

/* Reads them, with the default lease age; help is printed for --help. 0, or prints a sentence and
 * returns the exit status. */
int list_options_parse(int argc, char **argv, const char *help, struct list_options *ret);

#endif
