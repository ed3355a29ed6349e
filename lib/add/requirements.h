/* SPDX-License-Identifier: MIT */
/* Requirements: which wheels answer them, for all archs at once. */
#ifndef BUSYPY_ADD_REQUIREMENTS_H
#define BUSYPY_ADD_REQUIREMENTS_H

#include <stdbool.h>

struct add;
struct add_request;
struct err;

/* True if a word of the request is a requirement ("requests>=2", "x[y]"), and no file is called
 * so. A bare name is one only with ADD_INDEX. */
bool add_is_requirement(const struct add_request *request, const char *word);

/* True if anything is to be resolved. */
bool add_requirements_any(const struct add_request *request);

/* Resolves them for the runtimes that are wanted, and notes the wheels, whose sums are what the
 * answer's lock says. They lie in a folder that add_requirements_close removes. */
int add_requirements(struct add *add, struct err *err);

void add_requirements_close(struct add *add);

#endif
