/* SPDX-License-Identifier: MIT */
/* What sandbox.c and the process that becomes the sandbox share: for these files only. */
#ifndef BUSYPY_SANDBOX_SANDBOX_INSIDE_H
#define BUSYPY_SANDBOX_SANDBOX_INSIDE_H

#include <sys/types.h>

struct plan;
struct rule;
struct sandbox_request;

/* All that is known before the namespaces are made. */
struct inside {
	const struct sandbox_request *request;
	struct plan *plan;
	const struct rule *rule; /* how the arch's programs are executed, or NULL */
	const char *init;	 /* path of PID 1's program */
	int supervisor;		 /* the channel's other end, not ours to keep */
	int channel;		 /* to the supervisor; closed by the exec */
	int cgroup;		 /* cgroup.procs of its own, or -1 */
	uid_t uid;
	gid_t gid;
};

/* Becomes the sandbox's PID 1, or tells why not and ends. Memory is the supervisor's, too, which
 * stands still until then. */
_Noreturn void inside_main(const struct inside *inside);

#endif
