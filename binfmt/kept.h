/* SPDX-License-Identifier: MIT */
/* The environment of an interpreter beside the host's programs. */
#ifndef BUSYPY_BINFMT_KEPT_H
#define BUSYPY_BINFMT_KEPT_H

#include <stdbool.h>

enum { KEPT_FEW = 100 }; /* slots on the caller's stack; an environment may be larger */

/* A copy of the list environ in which what would make the tree's interpreter load the host's files
 * has another name, which Python's start takes back; without user_site it does without the
 * user's packages, too. It is few, where that is large enough and nothing gets another name; else
 * never freed. NULL and errno if there is no memory. */
char **kept_environment(bool user_site, char *few[KEPT_FEW]);

#endif
