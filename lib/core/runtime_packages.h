/* SPDX-License-Identifier: MIT */
/* Which packages of a suite make a runtime: found by rule from what the suite's index says. */
#ifndef BUSYPY_CORE_RUNTIME_PACKAGES_H
#define BUSYPY_CORE_RUNTIME_PACKAGES_H

#include <stdbool.h>
#include <stddef.h>

struct index_package;

enum { RUNTIME_PACKAGES_MAX = 96, RUNTIME_PACKAGE_SIZE = 128 /* as PACKAGE_WORD_MAX */ };

struct runtime_packages {
	char names[RUNTIME_PACKAGES_MAX][RUNTIME_PACKAGE_SIZE];
	bool all[RUNTIME_PACKAGES_MAX]; /* one package for all archs */
	size_t n;
	char missing[RUNTIME_PACKAGE_SIZE]; /* after -ENOENT */
};

/* True and *ret if the index has a package of that name. */
typedef bool runtime_packages_find(const char *name, struct index_package *ret, void *ctx);

/* The packages of a runtime of that minor for an arch (dpkg's word): Python, the C library, the
 * libraries that they depend on, and data that programs miss. Minor 0: without Python. -ENOENT
 * if the index lacks one, -E2BIG if it wants more than there is room for. */
int runtime_packages_list(unsigned minor, const char *arch, runtime_packages_find *find, void *ctx,
			  struct runtime_packages *ret);

/* The minor of the suite's own python3: 0 if it has none. */
unsigned runtime_packages_default(runtime_packages_find *find, void *ctx);

/* The minor if that is the name of an interpreter's package, python3.MINOR-minimal; or 0. */
unsigned runtime_packages_minor(const char *name, size_t n);

#endif
