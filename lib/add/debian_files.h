/* SPDX-License-Identifier: MIT */
/* What of Debian's packages goes where in a tree. */
#ifndef BUSYPY_ADD_DEBIAN_FILES_H
#define BUSYPY_ADD_DEBIAN_FILES_H

#include <stdbool.h>

struct add;
struct add_runtime;
struct err;

/* Notes the Python modules in the runtime's extracted packages, and the libraries of those that
 * were asked for by name. */
int add_debian_note(struct add *add, struct add_runtime *runtime, struct err *err);

/* True if a package was asked for by name. */
bool add_debian_asked(const struct add *add, const char *name);

#endif
