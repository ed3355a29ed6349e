/* SPDX-License-Identifier: MIT */
/* Which of the host's settings must not come along into a view. */
#ifndef BUSYPY_CORE_SCRUB_H
#define BUSYPY_CORE_SCRUB_H

#include <stdbool.h>

/* True for a variable ("NAME=value") that would make the tree's interpreter load the host's files.
 */
bool scrub_variable(const char *variable);

/* True for the one that does without the user's packages, whatever its value. */
bool scrub_no_user_site(const char *variable);

/* Beside the host's programs such a variable comes along under another name, and Python's start
 * (busypy_start.py) gives it back: for the host's programs it is right. */
#define SCRUB_KEPT "BUSYPY_KEPT_"

/* PYTHONNOUSERSITE as the loader sets it there: it is taken out again. */
#define SCRUB_NO_USER_SITE "PYTHONNOUSERSITE=busypy"

/* True for a variable that has to be renamed so; and for one that the caller has named so himself:
 * what sudo takes out of the environment must not come back under another name. */
bool scrub_keeps(const char *variable);
bool scrub_forged(const char *variable);

#endif
