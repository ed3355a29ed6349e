/* SPDX-License-Identifier: MIT */
/* How old the indexes are that apt has fetched: a file for each arch, beside them. */
#ifndef BUSYPY_SOURCE_APT_LISTS_H
#define BUSYPY_SOURCE_APT_LISTS_H

#include <stdbool.h>

struct apt;

/* True if those of all archs were fetched from the same sources less than apt->max_age ago. A clock
 * that was set back makes none young. */
bool apt_lists_young(const struct apt *apt);

/* Notes that they have just been fetched; where that cannot be written they are old. */
void apt_lists_note(const struct apt *apt);

/* They are old from now on. */
void apt_lists_forget(const struct apt *apt);

#endif
