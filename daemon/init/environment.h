/* SPDX-License-Identifier: MIT */
/* The environment of PID 1 and its children, without setenv(3), which allocates. */
#ifndef BUSYPY_DAEMON_INIT_ENVIRONMENT_H
#define BUSYPY_DAEMON_INIT_ENVIRONMENT_H

#include <stdbool.h>

/* Takes over what the kernel gave. More than a few hundred variables are cut off, and said so. */
void environment_init(void);

/* Sets a variable; -E2BIG if there is no room left. */
int environment_set(const char *name, const char *value);
void environment_unset(const char *name);

/* Unsets all for which is_one is true; it is asked with "NAME=value". */
void environment_drop(bool (*is_one)(const char *variable));

#endif
