/* SPDX-License-Identifier: MIT */
/* Which packages of which Debian suite make a runtime: a table. */
#ifndef BUSYPY_CORE_SUITE_H
#define BUSYPY_CORE_SUITE_H

#include <stdbool.h>
#include <stddef.h>

struct suite_package {
	const char *name;
	const char *only; /* dpkg's architectures that need it, blanks between; NULL is every one */
	bool all;	  /* one package for all architectures */
};

struct suite {
	const char *name;
	const char *archs; /* dpkg's words, blanks between */
	const struct suite_package *packages;
	size_t n_packages;
};

/* By name; NULL if it is not in the table. */
const struct suite *suite_by_name(const char *name);

/* The suite that is taken for an architecture (dpkg's word) if none is named; NULL if none has
 * it. */
const struct suite *suite_for(const char *arch);

/* The minor version of its Python: 11 for Python 3.11. */
unsigned suite_minor(const struct suite *suite);

/* The suite whose packages are for that minor, of an architecture; NULL if none is. */
const struct suite *suite_for_minor(const char *arch, unsigned minor);

/* True if the suite has that architecture. */
bool suite_has(const struct suite *suite, const char *arch);

/* True if a runtime of that architecture needs the package. */
bool suite_needs(const struct suite_package *package, const char *arch);

/* The names in the table, ", " between; static storage. */
const char *suite_names(void);

#endif
