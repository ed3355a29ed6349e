/* SPDX-License-Identifier: MIT */
/* One line of /proc/net/unix, proc(5). */
#ifndef BUSYPY_CORE_UNIXLINE_H
#define BUSYPY_CORE_UNIXLINE_H

#include <stddef.h>

/* The file that a socket was bound to, of n bytes, a line without its newline: its absolute path.
 * -ENOENT if it has none, or one that is relative to who knows what; -EINVAL if this is no such
 * line. What it says is its owner's: blanks and control characters, too. */
int unixline_path(const char *bytes, size_t n, char *ret, size_t size);

#endif
