/* SPDX-License-Identifier: MIT */
/* The exact registration, tried where it can harm nobody. */
#ifndef BUSYPY_HANDLER_REHEARSAL_H
#define BUSYPY_HANDLER_REHEARSAL_H

#include <stddef.h>

struct contract;
struct rule;
struct err;

struct rehearsal {
	const struct contract *contract;
	const struct rule *rules;
	size_t n_rules;
	unsigned which; /* bit i: tree i is tried */
	int instance;	/* the real one: its handlers for foreign programs are taken along */
};

/* Registers the rules in a binfmt_misc instance of a throw-away user namespace (Linux 6.7) and
 * executes the trees' self-tests there. Returns 0; -ECANCELED if this kernel or a policy does not
 * allow a rehearsal (the sentence says which); anything else means that the registration would not
 * work. */
int rehearsal_run(const struct rehearsal *rehearsal, struct err *err);

#endif
