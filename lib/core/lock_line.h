/* SPDX-License-Identifier: MIT */
/* One line of a tree's etc/busypy/requirements.lock: what was asked for, and for each package which
 * version and files answer it.
 *
 *     # busypy lock 1
 *     want wheel REQUIREMENT
 *     want debian PACKAGE
 *     package NAME VERSION
 *     from INDEX
 *     licence TEXT
 *     needs NAME
 *     lacks TARGET
 *     file TARGET[,TARGET...]|any|- SHA256 SIZE|- NAME URL|-
 *
 * What follows "package" is of that package. A target is an arch, or ARCH@3.N. */
#ifndef BUSYPY_CORE_LOCK_LINE_H
#define BUSYPY_CORE_LOCK_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

#define LOCK_FIRST_LINE "# busypy lock 1"

enum { LOCK_NAME_MAX = 128 }; /* bytes of a name, with the NUL */

enum lock_word {
	LOCK_WANT_WHEEL,
	LOCK_WANT_DEBIAN,
	LOCK_PACKAGE,
	LOCK_FROM,
	LOCK_LICENCE,
	LOCK_NEEDS,
	LOCK_LACKS,
	LOCK_FILE,
};

/* What a line does not have is "" or 0. */
struct lock_line {
	enum lock_word word;
	const char *name;    /* of a package that is one, is wanted or is needed; of a file */
	const char *version; /* of a package */
	const char *targets; /* of lacks and file: as written */
	const char *sum;     /* of a file: SHA-256 in hexadecimal */
	uint64_t size;	     /* of a file, bytes; 0 where it was not known */
	const char *text;    /* requirement, origin, licence, URL ("-": none) */
};

/* True if a text of n bytes is a lock of this form. */
bool lock_begins(const char *text, size_t n);

/* Reads a line (NUL-terminated, without its line feed), which is cut up in place; the result points
 * into it. Returns 1; 0 for an empty line or a comment; -EINVAL with a sentence (no line number in
 * it). Names are safe in paths and command lines, no text has control characters or a password. */
int lock_line_parse(char *line, struct lock_line *ret, struct err *err);

/* Writes a line, without line feed. -E2BIG. */
int lock_line_format(const struct lock_line *line, char *dst, size_t size);

/* True if the targets of a file (any, or a list) have this one. */
bool lock_targets_have(const char *targets, const char *target);

/* Writes the name of a requirement ("Foo_Bar[x]>=2 ; ...") as packages are called here, see
 * dist_name_normalise. -EINVAL if it begins with no name, -E2BIG. */
int lock_name_of(const char *requirement, char ret[LOCK_NAME_MAX]);

#endif
