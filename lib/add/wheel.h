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

/* Keeps a wheel that was found at path for add_wheel; takes over *fd, but not on failure. A path
 * that is not absolute is only a name: of what a resolver has chosen, and nobody by its file. */
int add_wheel_note(struct add *add, int *fd, const char *path, struct err *err);

/* The same of a folder that `pip install --target` has filled, which stays open as fd. */
int add_wheel_note_folder(struct add *add, int fd, const char *path, struct err *err);

/* Extracts add->wheels[which] into the transaction and notes what is in it. */
int add_wheel(struct add *add, size_t which, struct err *err);

#endif
