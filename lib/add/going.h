/* SPDX-License-Identifier: MIT */
/* The paths of a tree that go: which files, with what was compiled of them, and then the folders
 * that would be empty. */
#ifndef BUSYPY_ADD_GOING_H
#define BUSYPY_ADD_GOING_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct folder;

struct going {
	const struct folder *tree;
	char **paths; /* in the tree */
	size_t n, room;
};

/* Adds a path; -ENOMEM with a sentence. */
int going_add(struct going *going, const char *path, struct err *err);

/* Adds what is there of the .pyc files that were compiled of a .py file. */
int going_add_compiled(struct going *going, const char *path, struct err *err);

/* Puts each folder in which nothing would be left in the place of its files, and sorts. No folder
 * that was there before anything was added. */
int going_settle(struct going *going, struct err *err);

/* After that: true if path goes, or a folder above it. */
bool going_has(const struct going *going, const char *path);

void going_free(struct going *going);

#endif
