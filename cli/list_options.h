/* SPDX-License-Identifier: MIT */
/* The options of commands that list an export. */
#ifndef BUSYPY_CLI_LIST_OPTIONS_H
#define BUSYPY_CLI_LIST_OPTIONS_H

#include <stdint.h>

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
