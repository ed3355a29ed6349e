/* SPDX-License-Identifier: MIT */
/* execbench ROUNDS JOBS { NAME UID NNP N ARG...(N) }...
 * Measures from exec to exit: in each round, every case in turn (so that whatever else the machine
 * does falls on all alike) is started by vfork, as UID, with no_new_privs if NNP is 1, and waited
 * for; twice, of which the second counts, if there is more than one round: what the case before has
 * left in the processor's caches, or has left to do, is no longer there. With JOBS > 1 so many do
 * this at once. Prints for each case its name and its times in nanoseconds; a run that fails is -1.
 * Standard output of the children is /dev/null. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CASES_MAX = 64, USAGE = 2 };

struct test_case {
	const char *name;
	long uid;
	int no_new_privs;
	char **argv; /* not terminated by NULL until prepare() */
	int argc;
};

static struct test_case cases[CASES_MAX];
static size_t n_cases;
static int64_t *samples; /* [case][round][job] */
static long rounds, jobs;

static void die(const char *what)
{
	perror(what);
	_exit(USAGE);
}

static int64_t now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time); /* cannot fail */
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

/* In the memory of the parent, until the exec: raw system calls only, which touch none of it. */
static void become(const struct test_case *test)
{
	if (test->uid && (syscall(SYS_setgroups, 0, NULL) < 0 ||
			  syscall(SYS_setresgid, test->uid, test->uid, test->uid) < 0 ||
			  syscall(SYS_setresuid, test->uid, test->uid, test->uid) < 0))
		_exit(USAGE);
	if (test->no_new_privs && syscall(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		_exit(USAGE);
}

static int64_t run_once(const struct test_case *test)
{
	int64_t start = now(), end;
	int status = 0;
	pid_t pid = vfork();

	if (pid == 0) {
		become(test);
		(void)execve(test->argv[0], test->argv, environ);
		_exit(127);
	}
	if (pid < 0)
		return -1;
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -1;
	}
	end = now();
	return status == 0 ? end - start : -1;
}

static void work(long job)
{
	for (long round = 0; round < rounds; round++) {
		for (size_t i = 0; i < n_cases; i++) {
			/* each job begins elsewhere, so that they do not march in step */
			size_t at = (i + (size_t)job * n_cases / (size_t)jobs) % n_cases;

			if (rounds > 1) /* one alone is to see that it works */
				(void)run_once(&cases[at]);
			samples[((long)at * rounds + round) * jobs + job] = run_once(&cases[at]);
		}
	}
}

static void work_all(void)
{
	for (long job = 0; job < jobs; job++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (pid == 0) {
			work(job);
			_exit(0);
		}
	}
	while (wait(NULL) > 0 || errno == EINTR)
		;
}

static void print(void)
{
	for (size_t i = 0; i < n_cases; i++) {
		(void)fputs(cases[i].name, stdout);
		for (long k = 0; k < rounds * jobs; k++)
			(void)printf(" %lld", (long long)samples[(long)i * rounds * jobs + k]);
		(void)putchar('\n');
	}
}

/* Copies each case's arguments into a list that ends with NULL. */
static void parse(int argc, char **argv)
{
	int at = 3;

	rounds = argc > 2 ? atol(argv[1]) : 0;
	jobs = argc > 2 ? atol(argv[2]) : 0;
	while (at + 4 < argc && n_cases < CASES_MAX) {
		struct test_case *test = &cases[n_cases++];

		test->name = argv[at];
		test->uid = atol(argv[at + 1]);
		test->no_new_privs = argv[at + 2][0] == '1';
		test->argc = atoi(argv[at + 3]);
		at += 4;
		if (test->argc < 1 || test->argc > argc - at)
			break;
		test->argv = calloc((size_t)test->argc + 1, sizeof(*test->argv));
		if (!test->argv)
			die("calloc");
		memcpy(test->argv, argv + at, (size_t)test->argc * sizeof(*test->argv));
		at += test->argc;
	}
	if (rounds < 1 || jobs < 1 || n_cases == 0 || at != argc) {
		(void)fputs("Usage: execbench ROUNDS JOBS { NAME UID NNP N ARG... }...\n", stderr);
		_exit(USAGE);
	}
}

int main(int argc, char **argv)
{
	int output, null = open("/dev/null", O_RDWR | O_CLOEXEC);

	parse(argc, argv);
	samples = mmap(NULL, n_cases * (size_t)(rounds * jobs) * sizeof(*samples),
		       PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (samples == MAP_FAILED)
		die("mmap");
	output = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	if (output < 0 || null < 0 || dup2(null, STDOUT_FILENO) < 0)
		die("/dev/null");
	work_all();
	if (dup2(output, STDOUT_FILENO) < 0)
		die("standard output");
	print();
	return fflush(stdout) == 0 ? 0 : USAGE;
}
