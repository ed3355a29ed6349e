/* SPDX-License-Identifier: MIT */
/* Calls of Python's that the maker cannot do without: where one fails, it says so and ends. */
#ifndef BUSYPY_BINFMT_MAKER_CALLS_H
#define BUSYPY_BINFMT_MAKER_CALLS_H

struct object;

/* The object, which Python was asked for; without it the maker ends and says what is missing. */
void *maker_needed(void *object, const char *what);

/* Imports a module; one that is loaded already, borrowed, or NULL. */
struct object *maker_module(const char *name);
struct object *maker_loaded(const char *name);

/* Imports a module that a script has to import: as if it never was. */
struct object *maker_hidden(const char *name);

/* Of a function in C: what all of its objects call is ours from now on. Returns what they called.
 */
typedef struct object *c_function(struct object *self, struct object *arguments);
c_function *maker_replace(struct object *function, const char *name, c_function *ours);

struct object *maker_attribute(struct object *object, const char *name);

#endif
