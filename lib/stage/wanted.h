/* SPDX-License-Identifier: MIT */
/* Which Pythons each arch of a request gets, which of them is python3, and where each comes from.
 */
#ifndef BUSYPY_STAGE_WANTED_H
#define BUSYPY_STAGE_WANTED_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct python_minors;
struct source;
struct stage_request;
struct wanted;

/* Decides, and fetches the packages that this takes. What a request does not say is as the tree has
 * it: a runtime with several Pythons keeps them. -EINVAL, -ENOENT, ... with a sentence. The request
 * is borrowed; wanted_free. */
int wanted_choose(const struct stage_request *request, struct wanted **ret, struct err *err);

/* True if anything is from Debian's packages. */
bool wanted_debian(const struct stage_request *request);

/* The Pythons of the arch with this index in the request; one that is 0 stands for the source's
 * own. */
const struct python_minors *wanted_pythons(const struct wanted *wanted, size_t arch);

/* Which of several is python3. */
unsigned wanted_first(const struct wanted *wanted, size_t arch);

/* Opens the source of number i of them; packages are extracted to dir, a new directory. */
int wanted_open(const struct wanted *wanted, size_t arch, size_t i, const char *dir,
		struct source *ret, struct err *err);

/* NULL is fine. */
void wanted_free(struct wanted *wanted);

#endif
