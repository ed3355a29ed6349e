/* SPDX-License-Identifier: MIT */
/* Debian's suites by name: which one is taken if none is named, and what a name may be. What a
 * suite has is in its index (core/runtime_packages). */
#ifndef BUSYPY_CORE_SUITE_H
#define BUSYPY_CORE_SUITE_H

#include <stdbool.h>
#include <stddef.h>

enum { SUITE_NAME_SIZE = 64 };

/* A released suite, which does not change any more. */
struct suite {
	const char *name;
	unsigned minor;	   /* of its Python: 11 for Python 3.11 */
	const char *archs; /* dpkg's words, blanks between */
};

/* A released suite by name; NULL for any other. */
const struct suite *suite_by_name(const char *name);

/* The suite that is taken for an architecture (dpkg's word) if none is named; NULL if none has
 * it. */
const struct suite *suite_for(const char *arch);

/* The released suite with a Python of that minor for an architecture; NULL if none has it. */
const struct suite *suite_for_minor(const char *arch, unsigned minor);

/* True if the released suite has that architecture. */
bool suite_has(const struct suite *suite, const char *arch);

/* The names of the released suites, ", " between; static storage. */
const char *suite_names(void);

/* True for what the name of a suite can be: safe in paths, and in sources.list(5). */
bool suite_name_valid(const char *name);

/* Writes the name of the suite that one builds on, "trixie" of "trixie-backports"; "" for one that
 * is whole. */
void suite_base(const char *name, char ret[SUITE_NAME_SIZE]);

#endif
