/* SPDX-License-Identifier: MIT */
/* Wheels: their packages, scripts and commands. */
#ifndef BUSYPY_ADD_WHEEL_H
#define BUSYPY_ADD_WHEEL_H

#include <stdbool.h>
#include <stddef.h>

struct add;
struct err;

/* True if a word names a wheel. */
bool add_is_wheel(const char *word);

/* Extracts a wheel into the transaction and notes what is in it. which numbers the words. */
int add_wheel(struct add *add, const char *word, size_t which, struct err *err);

#endif
