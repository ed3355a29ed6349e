/* SPDX-License-Identifier: MIT */
/* What sandbox.c and the process that becomes the sandbox share: for these files only. */
#ifndef BUSYPY_SANDBOX_INSIDE_H
#define BUSYPY_SANDBOX_INSIDE_H

#include <sys/types.h>

struct plan;
struct rule;
struct sandbox_request;

/* What is known before the namespaces are made; and the plan, which is in memory that both share
 * and complete when the supervisor writes to the channel. */
struct inside {
	const struct sandbox_request *request;
	struct plan *plan;
	const struct rule *rule; /* how the arch's programs are executed, or NULL */
	int init;		 /* PID 1's program */
	int channel;		 /* to the supervisor: INSIDE_ messages; closed by the exec */
	uid_t uid;
	gid_t gid;
};

/* A message is one of these, perhaps with a descriptor, or for INSIDE_FAILED a struct err. */
enum inside_message { INSIDE_INSTANCE = 'i', INSIDE_TERMINAL = 't', INSIDE_FAILED = 'f' };

/* Becomes the sandbox's PID 1, or tells why not and ends. */
void inside_main(const struct inside *inside) __attribute__((noreturn));

#endif
