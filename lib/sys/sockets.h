/* SPDX-License-Identifier: MIT */
/* Unix sockets of other programs, as files. */
#ifndef BUSYPY_SYS_SOCKETS_H
#define BUSYPY_SYS_SOCKETS_H

struct err;
struct facts;
struct view_sandbox;

/* Sets facts.sockets: where the view would show one of this network namespace's, as
 * view_sandbox_covers() says. Waits for no server: what is not at hand is left out, as are sockets
 * that were bound by a relative path. -errno with a sentence if there are too many. */
int sockets_probe(struct facts *facts, const struct view_sandbox *sandbox, struct err *err);

#endif
