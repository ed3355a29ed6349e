/* SPDX-License-Identifier: MIT */
/* Looks at what is enabled and what this kernel and its policies allow: `busypy status`' facts.
 * Every probe is tried for real, in a child that changes nothing. */
#ifndef BUSYPY_HANDLER_POLICY_H
#define BUSYPY_HANDLER_POLICY_H

#include <stdbool.h>
#include <stddef.h>

struct conf;
struct contract;
struct contract_tree;
struct rule;
struct err;

enum policy_note {
	POLICY_OURS,	 /* of the generation that is live */
	POLICY_STALE,	 /* ours, of a generation that is gone */
	POLICY_BEFORE,	 /* another's: asked before ours for the same files */
	POLICY_AFTER,	 /* another's: ours is asked first */
	POLICY_UNRELATED /* another's, for other files */
};

/* The live contract: 1, 0 if nothing is enabled. */
int policy_live_contract(struct contract *ret, struct err *err);

/* What each entry of the instance (in the order of asking) is to ours. */
void policy_notes(const struct rule *rules, size_t n, const struct contract *contract,
		  enum policy_note *ret);

/* How many mounts a template holds: what each exec copies. */
int policy_template_mounts(const struct contract_tree *tree, struct err *err);

/* 0 if an ordinary user may make a user namespace here, else why not. */
int policy_user_namespace(struct err *err);

/* 0 if a user namespace may have its own binfmt_misc instance, else why not. */
int policy_own_instance(struct err *err);

/* 0 if enter's file capabilities would be granted to an ordinary user, else why not. */
int policy_enter(const struct contract *contract, struct err *err);

#endif
