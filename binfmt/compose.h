/* SPDX-License-Identifier: MIT */
/* A view made for one exec, where no template can be entered. */
#ifndef BUSYPY_COMPOSE_H
#define BUSYPY_COMPOSE_H

struct contract;
struct request;
struct script;
struct shebang;

enum compose_how {
	COMPOSE_IN_PLACE, /* with the privilege that the caller has in this mount namespace */
	COMPOSE_AS_USER	  /* in a user namespace of its own: no privilege is used or gained */
};

/* Makes the view in new namespaces of this process and starts the script in it. Returns -errno
 * while nothing has happened that could not be left alone (the caller tries the next tier);
 * otherwise it does not return. */
int compose_and_start(const struct contract *contract, const struct request *request,
		      const struct script *script, const struct shebang *line,
		      enum compose_how how);

/* What a caller without template and privilege gets: COMPOSE_AS_USER, then, where configured, the
 * direct start, else a sentence. Does not return. */
void compose_last_tier(const struct contract *contract, const struct request *request,
		       const struct script *script, const struct shebang *line)
	__attribute__((noreturn));

#endif
