/* SPDX-License-Identifier: MIT */
/* A child with few descriptors and no rights, and its deadline. */
#include "start/process.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/securebits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/err.h"
#include "sys/clock.h"
#include "sys/fd.h"
#include "sys/ns.h"
#include "sys/priv.h"

enum {
	DEADLINE_MS = 60 * 1000, /* a busy machine's Python takes seconds */
	FILE_MAX = 256 << 20,	 /* bytes of what it writes, an image among it */
	ABOVE = 64,		 /* where descriptors stand while they are moved */
	NO_EXEC = 126
};

/* Nothing else of ours is inherited: all descriptors are close-on-exec. */
static int place_fds(const struct start_process *process)
{
	const int wanted[] = { open("/dev/null", O_RDONLY | O_CLOEXEC), process->output,
			       process->complaint, process->library, process->image };
	int moved[sizeof(wanted) / sizeof(wanted[0])];
	size_t n = process->library < 0 ? 3 : 5;

	for (size_t i = 0; i < n; i++) {
		moved[i] = fcntl(wanted[i], F_DUPFD_CLOEXEC, ABOVE);
		if (moved[i] < 0)
			return -errno;
	}
	for (size_t i = 0; i < n; i++) {
		if (dup2(moved[i], (int)i) < 0)
			return -errno;
	}
	return 0;
}

static int enter(const struct start_process *process, struct err *err)
{
	FD_CLEANUP int fd = -1;
	int entered;

	if (!process->view)
		return 0;
	fd = ns_open_template(process->view, process->view_ino, err);
	return fd < 0 ? fd : ns_enter(fd, 0, &entered, err);
}

/* With SECBIT_NOROOT an exec by uid 0 gives nothing back. */
static int drop_privilege(struct err *err)
{
	int r = 0;

	if (geteuid() == 0 && prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED) < 0)
		return err_set(err, errno, "cannot give up root's rights");
	r = priv_clear();
	if (r == 0)
		r = priv_set_no_new_privs();
	return r < 0 ? err_set(err, -r, "cannot give up all rights") : 0;
}

static int limit(struct err *err)
{
	const struct rlimit size = { FILE_MAX, FILE_MAX }, core = { 0, 0 };

	if (setrlimit(RLIMIT_FSIZE, &size) < 0 || setrlimit(RLIMIT_CORE, &core) < 0)
		return err_set(err, errno, "cannot set limits");
	return chdir("/") < 0 ? err_set(err, errno, "cannot change to /") : 0;
}

static _Noreturn void child(const struct start_process *process)
{
	struct err err = { 0 };
	sigset_t none;
	int r = place_fds(process);

	if (r < 0)
		_exit(NO_EXEC);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)setsid(); /* what it has left is killed with it */
	r = enter(process, &err);
	if (r == 0)
		r = limit(&err);
	if (r == 0)
		r = drop_privilege(&err);
	if (r == 0) {
		(void)execve(process->file, process->argv, process->envp);
		(void)err_set(&err, errno, "cannot execute %s", process->file);
	}
	(void)dprintf(STDERR_FILENO, "%s\n", err.text);
	_exit(NO_EXEC);
}

/* Waits for the end of a child; -ETIMEDOUT. */
static int await_end(pid_t pid, int *ret_status)
{
	FD_CLEANUP int fd = pidfd_open(pid, 0);
	uint64_t end = clock_ms() + DEADLINE_MS, now;
	int r = 0;

	while (fd >= 0 && (now = clock_ms()) < end) {
		struct pollfd wait = { .fd = fd, .events = POLLIN };

		r = poll(&wait, 1, (int)(end - now));
		if (r > 0 || (r < 0 && errno != EINTR))
			break;
	}
	(void)kill(-pid, SIGKILL); /* its session, which is not waited for yet */
	(void)kill(pid, r > 0 ? 0 : SIGKILL);
	while (waitpid(pid, ret_status, 0) < 0 && errno == EINTR)
		;
	return r > 0 ? 0 : -ETIMEDOUT;
}

int start_process_run(const struct start_process *process, int *ret_status, struct err *err)
{
	pid_t pid;

	if (process->elsewhere)
		return process->elsewhere(process, ret_status, err, process->ctx);
	pid = fork();
	if (pid < 0)
		return err_set(err, errno, "cannot fork");
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* cannot fail */
		child(process);
	}
	if (await_end(pid, ret_status) < 0)
		return err_say(err, ETIMEDOUT, "%s did not end within %d s", process->file,
			       DEADLINE_MS / 1000);
	return 0;
}
