/* SPDX-License-Identifier: MIT */
/* Replays an execve(2) without doing it: every file that the kernel would open, in its order, up to
 * the libraries of the last program; and the first thing that stops it. */
#ifndef BUSYPY_EXPLAIN_REPLAY_H
#define BUSYPY_EXPLAIN_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct arch;
struct err;

enum { REPLAY_STEPS_MAX = 64, REPLAY_NONE = -1 };

struct replay_step {
	int parent;	  /* which step led here; REPLAY_NONE for the first */
	const char *kind; /* "script", "handler", "program", ... */
	char *path;
	char *note; /* or NULL */
	bool failed;
};

/* How it ends. */
enum replay_end {
	REPLAY_RUNS,
	REPLAY_ERRNO,  /* execve(2) fails: code */
	REPLAY_STATUS, /* something that was started in between gives up: code is its exit status */
	REPLAY_OTHER,  /* a program runs, and what was asked for is only its argument */
	REPLAY_SIGNAL, /* the process is killed, by SIGSEGV or SIGBUS */
	REPLAY_UNKNOWN /* that could not be told */
};

/* Initialise with { 0 }; replay_free afterwards. */
struct replay {
	struct replay_step steps[REPLAY_STEPS_MAX];
	size_t n_steps;
	enum replay_end end;
	int code;
};

struct replay_request {
	const char *root; /* a directory that will be "/" of a machine: PID 1 executes; or NULL */
	const char *root_name;	 /* what the user calls it */
	const struct arch *arch; /* of the kernel */
	const char *path;	 /* as given to execve(2) */
	char *const *arguments;	 /* behind it, up to a NULL; or NULL */
	bool has_writer;	 /* somebody there has this file open for writing */
	dev_t writer_dev;
	ino_t writer_ino;
};

/* Without root: for the calling process, on this machine. Fills in *ret; why is a whole sentence
 * unless it runs, and then empty, or what is to be said all the same. */
void replay_exec(const struct replay_request *request, struct replay *ret, struct err *why);

void replay_free(struct replay *replay);

/* Frees a replay when its scope ends: REPLAY_CLEANUP struct replay replay = { 0 }; */
#define REPLAY_CLEANUP __attribute__((cleanup(replay_free)))

#endif
