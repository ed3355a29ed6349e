/* SPDX-License-Identifier: MIT */
/* Which of the host's settings must not come along into a view. */
#ifndef BUSYPY_CORE_SCRUB_H
#define BUSYPY_CORE_SCRUB_H

#include <stdbool.h>

/* True for a variable ("NAME=value") that would make the tree's interpreter load the host's files.
 */
bool scrub_variable(const char *variable);

#endif
