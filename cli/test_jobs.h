/* SPDX-License-Identifier: MIT */
/* `busypy test`: one `busypy run` per arch, several at a time, their output kept. */
#ifndef BUSYPY_CLI_TEST_JOBS_H
#define BUSYPY_CLI_TEST_JOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct arch;
struct err;

enum { TEST_JOBS_MAX = 16 };

enum test_state {
	TEST_WAITING,
	TEST_RUNNING,
	TEST_PASSED,
	TEST_FAILED,
	TEST_TIMED_OUT,
	TEST_TOO_MUCH,	  /* said more than is kept */
	TEST_NOT_RUN,	  /* BusyPy's own failure */
	TEST_INTERRUPTED, /* by a signal to us: was running, or did not begin */
	TEST_STATES
};

struct test_job {
	const struct arch *arch;
	enum test_state state;
	int status;	      /* the command's, once it has ended */
	uint64_t started, us; /* microseconds, CLOCK_MONOTONIC; the whole time once it has ended */
	uint64_t peak;	      /* bytes: memory of the largest process */
	int out;	      /* its output, a file in memory */
	uint64_t size;	      /* bytes of it */
	/* while it runs */
	pid_t pid;
	int pidfd, pipe;
};

struct test_jobs {
	struct test_job jobs[TEST_JOBS_MAX];
	size_t n;
	unsigned at_once;
	uint64_t output_max; /* bytes that are kept of one output */
	bool timeout;	     /* there is one: `busypy run` tells it by its status */
	/* argv of `busypy run`; *arch is set to each job's in turn */
	const char *const *argv;
	const char **arch;
	/* Called on each change, and once a second where that is asked for; may be NULL. */
	void (*show)(const struct test_jobs *jobs);
	bool tick;
};

/* In lower case: "passed". Static storage. */
const char *test_state_name(enum test_state state);

/* Runs them all to their end. Returns 0, or the number of the signal (HUP, INT, TERM) by which it
 * was told to stop: then every sandbox is gone. -errno with a sentence if something fails here;
 * then too. Outputs stay open, for the caller to close. */
int test_jobs_run(struct test_jobs *jobs, struct err *err);

/* Maps a job's output. Returns NULL and 0 bytes if it is empty or cannot be mapped. */
const char *test_job_output(const struct test_job *job, size_t *ret_n);

#endif
