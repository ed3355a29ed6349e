/* SPDX-License-Identifier: MIT */
/* Reads Python source as far as needed to tell what it imports and which calls of it may block in
 * early boot: names, dots and line ends, without comments and texts. It knows no grammar. */
#ifndef BUSYPY_CORE_PYSCAN_H
#define BUSYPY_CORE_PYSCAN_H

#include <stdbool.h>
#include <stddef.h>

enum { PYSCAN_NAME_MAX = 256 };

enum pyscan_event {
	PYSCAN_END,
	PYSCAN_IMPORT, /* a module: name is "a.b", or ".b" relative to the file's package */
	PYSCAN_BLOCKS  /* name is what may block: "os.urandom", "multiprocessing" */
};

/* Set bytes and n; the rest is 0. */
struct pyscan {
	const char *bytes;
	size_t n;
	size_t at;
	unsigned line;	/* lines read so far */
	unsigned depth; /* of brackets */
	int state;
	char module[PYSCAN_NAME_MAX];	/* of the import that is being read */
	char previous[PYSCAN_NAME_MAX]; /* the name before a dot */
	bool dot;			/* a dot came last */
};

/* The next event. ret_name (of PYSCAN_NAME_MAX bytes) and *ret_line (from 1) say what and where.
 * A module that is imported from another ("from a import b") is told as "a" and as "a.b", whatever
 * b is. */
enum pyscan_event pyscan_next(struct pyscan *scan, char *ret_name, unsigned *ret_line);

#endif
