/* SPDX-License-Identifier: MIT */
/* Starts jobs, keeps what they say, and sees that nothing of them is left. */
#include "test_jobs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/arch.h"
#include "core/ending.h"
#include "core/err.h"
#include "sys/clock.h"
#include "sys/fd.h"
#include "say.h"

enum { TICK_MS = 1000, GONE_MS = 10000 };

const char *test_state_name(enum test_state state)
{
	static const char *const names[TEST_STATES] = {
		[TEST_WAITING] = "waiting",	[TEST_RUNNING] = "running",
		[TEST_PASSED] = "passed",	[TEST_FAILED] = "failed",
		[TEST_TIMED_OUT] = "timed out", [TEST_TOO_MUCH] = "too much output",
		[TEST_NOT_RUN] = "not run",	[TEST_INTERRUPTED] = "interrupted",
	};

	return names[state];
}

_Noreturn static void become_run(const char *const *argv, int output, pid_t parent)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t none;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* and its sandbox dies with it */
	(void)setpgid(0, 0);			/* ^C is ours; we end it */
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	if (getppid() != parent || dup2(null, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0)
		_exit(EXIT_OURS);
	(void)execv("/proc/self/exe", (char *const *)argv);
	_exit(EXIT_OURS);
}

static void close_end(int *fd)
{
	fd_close(fd);
	*fd = -1;
}

static int start(struct test_jobs *jobs, struct test_job *job, struct err *err)
{
	FD_CLEANUP int reader = -1;
	FD_CLEANUP int writer = -1;
	pid_t self = getpid();
	int ends[2];

	job->out = memfd_create("busypy-test", MFD_CLOEXEC);
	if (job->out < 0 || pipe2(ends, O_CLOEXEC) < 0)
		return err_set(err, errno, "cannot keep the output");
	reader = ends[0];
	writer = ends[1];
	if (fcntl(reader, F_SETFL, O_NONBLOCK) < 0)
		return err_set(err, errno, "cannot keep the output");
	*jobs->arch = job->arch->name;
	job->pid = fork();
	if (job->pid == 0)
		become_run(jobs->argv, writer, self);
	if (job->pid < 0)
		return err_set(err, errno, "cannot fork");
	job->pidfd = (int)syscall(SYS_pidfd_open, job->pid, 0);
	job->pipe = fd_steal(&reader);
	job->started = clock_us();
	job->state = TEST_RUNNING;
	return job->pidfd < 0 ? err_set(err, errno, "cannot watch a process") : 0;
}

/* What there is to read. False at its end: nobody is left who could write. */
static bool take_output(const struct test_jobs *jobs, struct test_job *job)
{
	static char buf[65536];
	ssize_t n = read(job->pipe, buf, sizeof(buf));

	if (n <= 0)
		return n < 0 && (errno == EAGAIN || errno == EINTR);
	if (job->state != TEST_RUNNING)
		return true; /* it is being ended */
	if ((uint64_t)n > jobs->output_max - job->size) {
		n = (ssize_t)(jobs->output_max - job->size);
		job->state = TEST_TOO_MUCH;
		(void)kill(job->pid, SIGKILL); /* our own child, not yet waited for */
	}
	if (fd_write_all(job->out, buf, (size_t)n) < 0) {
		job->state = TEST_TOO_MUCH; /* no memory for it */
		(void)kill(job->pid, SIGKILL);
	} else {
		job->size += (uint64_t)n;
	}
	return true;
}

/* Everything inside has ended when no end of the pipe is left. */
static void drain(const struct test_jobs *jobs, struct test_job *job)
{
	uint64_t until = clock_us() + GONE_MS * 1000ULL;
	struct pollfd ready = { .fd = job->pipe, .events = POLLIN };

	while (take_output(jobs, job) && clock_us() < until)
		(void)poll(&ready, 1, 100); /* EINTR: once more */
}

static void judge(const struct test_jobs *jobs, struct test_job *job)
{
	if (job->state != TEST_RUNNING)
		return;
	if (job->status == 0)
		job->state = TEST_PASSED;
	else if (jobs->timeout && job->status == EXIT_TIMED_OUT)
		job->state = TEST_TIMED_OUT;
	else
		job->state = job->status == EXIT_OURS ? TEST_NOT_RUN : TEST_FAILED;
}

static void reap(const struct test_jobs *jobs, struct test_job *job)
{
	struct rusage usage = { 0 };
	int status = 0;

	while (wait4(job->pid, &status, 0, &usage) < 0 && errno == EINTR)
		;
	job->us = clock_us() - job->started;
	job->status = ending_status(status);
	job->peak = (uint64_t)usage.ru_maxrss * 1024; /* its own, and of those it has waited for */
	drain(jobs, job);
	judge(jobs, job);
	close_end(&job->pipe);
	close_end(&job->pidfd);
}

static void end_all(struct test_jobs *jobs)
{
	for (size_t i = 0; i < jobs->n; i++) {
		struct test_job *job = &jobs->jobs[i];
		bool running = job->state == TEST_RUNNING;

		if (running)
			(void)kill(job->pid, SIGKILL);
		if (running || job->state == TEST_WAITING)
			job->state = TEST_INTERRUPTED;
	}
	for (size_t i = 0; i < jobs->n; i++) {
		if (jobs->jobs[i].pidfd >= 0)
			reap(jobs, &jobs->jobs[i]);
	}
}

static int start_some(struct test_jobs *jobs, size_t *ret_running, struct err *err)
{
	size_t running = 0;
	bool changed = false;

	for (size_t i = 0; i < jobs->n; i++)
		running += jobs->jobs[i].pidfd >= 0;
	for (size_t i = 0; i < jobs->n && running < jobs->at_once; i++) {
		int r;

		if (jobs->jobs[i].state != TEST_WAITING)
			continue;
		r = start(jobs, &jobs->jobs[i], err);
		if (r < 0)
			return r;
		running++;
		changed = true;
	}
	if (changed && jobs->show)
		jobs->show(jobs);
	*ret_running = running;
	return 0;
}

/* One round of waiting. The number of a signal that came, or 0. */
static int wait_some(struct test_jobs *jobs, int signals)
{
	struct pollfd fds[1 + 2 * TEST_JOBS_MAX] = { { .fd = signals, .events = POLLIN } };
	struct signalfd_siginfo info;

	for (size_t i = 0; i < jobs->n; i++) {
		fds[1 + 2 * i] = (struct pollfd){ .fd = jobs->jobs[i].pipe, .events = POLLIN };
		fds[2 + 2 * i] = (struct pollfd){ .fd = jobs->jobs[i].pidfd, .events = POLLIN };
	}
	if (poll(fds, 1 + 2 * jobs->n, jobs->tick ? TICK_MS : -1) <= 0) {
		if (jobs->tick)
			jobs->show(jobs);
		return 0;
	}
	if (fds[0].revents && read(signals, &info, sizeof(info)) == sizeof(info))
		return (int)info.ssi_signo;
	for (size_t i = 0; i < jobs->n; i++) {
		struct test_job *job = &jobs->jobs[i];

		if (fds[1 + 2 * i].revents && !take_output(jobs, job))
			close_end(&job->pipe);
		if (fds[2 + 2 * i].revents) {
			reap(jobs, job);
			if (jobs->show)
				jobs->show(jobs);
		}
	}
	return 0;
}

int test_jobs_run(struct test_jobs *jobs, struct err *err)
{
	FD_CLEANUP int signals = -1;
	size_t running = 0;
	sigset_t set;
	int r = 0;

	for (size_t i = 0; i < jobs->n; i++)
		jobs->jobs[i].out = jobs->jobs[i].pidfd = jobs->jobs[i].pipe = -1;
	(void)sigemptyset(&set); /* this and sigaddset cannot fail for known signals */
	(void)sigaddset(&set, SIGHUP);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)signal(SIGCHLD, SIG_DFL); /* ignored by the caller, nothing could be waited for */
	signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signals < 0)
		return err_set(err, errno, "cannot wait for signals");
	do {
		r = start_some(jobs, &running, err);
		if (r == 0 && running > 0)
			r = wait_some(jobs, signals);
	} while (r == 0 && running > 0);
	end_all(jobs);
	return r;
}

const char *test_job_output(const struct test_job *job, size_t *ret_n)
{
	void *mapped =
		job->size ? mmap(NULL, job->size, PROT_READ, MAP_SHARED, job->out, 0) : MAP_FAILED;

	*ret_n = mapped == MAP_FAILED ? 0 : (size_t)job->size;
	return mapped == MAP_FAILED ? NULL : mapped;
}
