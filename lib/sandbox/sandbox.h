/* SPDX-License-Identifier: MIT */
/* Runs a command in a view of its own, cut off from the machine: namespaces, no privilege, and a
 * supervisor, the calling process, with whose death everything inside ends. Root or not.
 *
 *	sandbox_request_init(&request);		then fill in what is wanted
 *	sandbox_start(&request, &sandbox, &err);
 *	poll sandbox.pidfd for POLLIN, at most sandbox_due() ms; as many sandboxes as wanted
 *	sandbox_reap(&sandbox, &result, &err);
 */
#ifndef BUSYPY_SANDBOX_SANDBOX_H
#define BUSYPY_SANDBOX_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct arch;
struct cgroup;
struct err;
struct view_extra;
struct view_images;
struct plan;

enum sandbox_flags {
	SANDBOX_HOST_VIEW = 1 << 0, /* the host's files, read-only, instead of the tree's */
	SANDBOX_WRITE = 1 << 1,	    /* a layer in memory over the tree, thrown away */
	SANDBOX_OWN_NET = 1 << 2,   /* a network with nothing but a loopback device */
	SANDBOX_TERMINAL = 1 << 3,  /* those of stdio that are terminals become one of its own */
	SANDBOX_CHROOT = 1 << 4	    /* no namespaces: the view, and nothing but it; root only */
};

/* 0: no limit of ours. */
struct sandbox_limits {
	uint64_t memory;     /* bytes */
	uint64_t cpu_s;	     /* seconds of processor time of one process */
	uint64_t pids;	     /* processes and threads */
	uint64_t files;	     /* open descriptors of one process */
	uint64_t file_bytes; /* size of a file that is written */
	uint64_t timeout_ms; /* then SIGTERM, SANDBOX_GRACE_MS later SIGKILL for all */
};

enum { SANDBOX_GRACE_MS = 2000 };

/* All pointers are borrowed until sandbox_start returns. */
struct sandbox_request {
	const char *tree; /* canonical, as of tree_resolve() */
	const struct arch *arch;
	char *const *argv; /* argv[0] is looked up in the PATH of envp */
	char *const *envp; /* all of it: see sandbox_environment() */
	const char *workdir;
	const struct view_extra *extras; /* core/view_sandbox.h */
	size_t n_extras;
	const struct view_images *images; /* of its Python, in a client's view; or NULL */
	unsigned flags;			  /* enum sandbox_flags */
	int stdio[3];
	struct sandbox_limits limits;
};

/* A running sandbox. */
struct sandbox {
	pid_t pid;	  /* its PID 1, as this process sees it */
	int pidfd;	  /* readable when all of it has ended */
	int terminal;	  /* the other end of its terminal, or -1 */
	int instance;	  /* keeps its binfmt_misc entries, or -1 */
	uint64_t started; /* microseconds, CLOCK_MONOTONIC */
	uint64_t timeout_ms;
	unsigned terminating;  /* 1: SIGTERM was sent, 2: SIGKILL */
	struct cgroup *cgroup; /* or NULL: then memory is limited for each process by itself */
};

struct sandbox_result {
	int status; /* the command's own; 128 and the signal; 125 to 127 as a shell's */
	bool timed_out;
	uint64_t wall_us, cpu_us;
	uint64_t peak_memory; /* bytes: of all in a cgroup, else of the largest process */
};

/* No flags, no limits, standard input and output as they are, working directory "/". */
void sandbox_request_init(struct sandbox_request *ret);

/* Builds the plan of the request's view, without doing anything: for printing. */
int sandbox_plan(const struct sandbox_request *request, struct plan *ret, struct err *err);

/* True if the view can have a mount point there: it has a file of that name, or one can be made. */
bool sandbox_can_hold(const struct sandbox_request *request, const char *dst);

/* True if a client's view has something there that would be covered. */
bool sandbox_has(const struct sandbox_request *request, const char *dst);

/* Starts it. Returns when the command's PID 1 runs; a command that cannot be executed is told by
 * that on stderr, and by status 126 or 127. -errno with a sentence if there can be no such sandbox;
 * nothing is left then. Call it from the thread that lives longest: the sandbox dies with it. */
int sandbox_start(const struct sandbox_request *request, struct sandbox *ret, struct err *err);

/* Does what is due by the timeout. Milliseconds until something will be, or -1: for poll(2). */
int sandbox_due(struct sandbox *sandbox);

/* Sends a signal to the command; SIGKILL to everything inside, at once. */
void sandbox_signal(const struct sandbox *sandbox, int sig);

/* Waits for its end, by the timeout at the latest where there is one, and closes all that belongs
 * to it. */
int sandbox_reap(struct sandbox *sandbox, struct sandbox_result *ret, struct err *err);

enum { SANDBOX_VARIABLES_MAX = 1024 };

/* What a command finds in its environment: the caller's (or with clear nothing of it) without what
 * is about the host's files, PATH and HOME of a client, and last "NAME=value" of more. Fills ret,
 * borrowing all strings; -E2BIG. host_view keeps PATH and HOME. */
struct sandbox_environment {
	char *const *from;
	const char *const *more;
	size_t n_more;
	bool clear, host_view;
};
int sandbox_environment(const struct sandbox_environment *environment,
			char *ret[SANDBOX_VARIABLES_MAX], struct err *err);

#endif
