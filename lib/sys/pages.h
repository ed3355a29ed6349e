/* SPDX-License-Identifier: MIT */
/* Memory for programs without malloc: for what is large, or seldom needed. A static variable of
 * that size would cost every start a mapping, and room on the stack is not for the program to
 * choose. */
#ifndef BUSYPY_SYS_PAGES_H
#define BUSYPY_SYS_PAGES_H

#include <stddef.h>

/* At least so many bytes, zeroed, never given back; NULL and errno if there are none. */
void *pages_get(size_t bytes);

#endif
