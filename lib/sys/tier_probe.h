/* SPDX-License-Identifier: MIT */
/* Finds the facts that core/tier asks for, one at a time, for this process. */
#ifndef BUSYPY_SYS_TIER_PROBE_H
#define BUSYPY_SYS_TIER_PROBE_H

#include <stdbool.h>

struct contract;
struct err;
struct priv;
struct request;
struct script;
struct tier_facts;

/* The script whose tier is wanted, and what is found on the way. All are the caller's. */
struct tier_subject {
	const struct contract *contract;
	const struct request *request;
	struct script *script; /* filled in with its owner */
	struct priv *priv;     /* filled in with the caller's privilege */
	struct err *err;       /* why, where a fact turns out to end the matter */
};

/* Finds the fact that a step (enum tier_step) asks for. False if the step asks for none. */
bool tier_probe(int step, const struct tier_subject *subject, struct tier_facts *facts);

#endif
