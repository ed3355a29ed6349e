/* SPDX-License-Identifier: MIT */
/* A view made for one exec, where no template can be entered. */
#ifndef BUSYPY_BINFMT_COMPOSE_H
#define BUSYPY_BINFMT_COMPOSE_H

struct contract;
struct request;
struct script;
struct shebang;
struct tier_facts;
struct tier_subject;

/* With the privilege that the caller has: makes the view in a new mount namespace of this process
 * and starts the script in it. Returns -errno if no namespace can be had; otherwise it does not
 * return. */
int compose_in_place(const struct contract *contract, const struct request *request,
		     const struct script *script, struct shebang *line);

/* What a caller without template and privilege gets: the same in a user namespace of its own, where
 * no privilege is used or gained; if that cannot be had, a sentence. */
_Noreturn void compose_last_tier(const struct tier_subject *subject, struct tier_facts *facts,
				 struct shebang *line);

#endif
