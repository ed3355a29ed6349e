/* SPDX-License-Identifier: MIT */
/* Enabling trees: a new generation, its rehearsal, the real registration, and the way back. */
#ifndef BUSYPY_HANDLER_ENABLE_H
#define BUSYPY_HANDLER_ENABLE_H

#include <stdbool.h>
#include <stddef.h>

struct arch;
struct conf;
struct contract;
struct err;

struct enable_report {
	unsigned generation;
	size_t n_trees, n_rules;
	bool rehearsed;
	char not_rehearsed[512]; /* why not */
	bool tested_as_user;	 /* the self-test ran as an ordinary user, too */
	char not_as_user[512];	 /* why not */
};

struct enable_request {
	const struct conf *conf;
	const struct arch *arch;
	char *const *trees; /* canonical paths; enable_trees' */
	size_t n_trees;
};

/* Adds trees (checked here) to those that are enabled: builds a new generation
 * with all of them, rehearses, registers, reads back, runs the self-tests, and only then takes the
 * older generation's entries away. On failure everything is as it was. */
int enable_trees(const struct enable_request *request, struct enable_report *ret, struct err *err);

/* The same for busypyd: brings the handler to exactly these trees. Of each the caller has filled in
 * what generation_make wants; those with a template keep it and are not looked at. expected is the
 * generation that wanted was derived from: -EAGAIN if another one stands by now. Older generations
 * lose their entries, and their files by disable_older. */
int enable_renew(const struct enable_request *request, const struct contract *wanted,
		 unsigned expected, struct enable_report *ret, struct err *err);

#endif
