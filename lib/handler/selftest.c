/* SPDX-License-Identifier: MIT */
/* Executes a tree's self-test in a child: one pipe, one deadline. */
#include "handler/selftest.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/arch.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "sys/clock.h"
#include "sys/fd.h"
#include "sys/ns.h"
#include "sys/tree.h"

enum {
	DEADLINE_MS = 60 * 1000, /* a foreign Python under qemu takes a second on a busy machine */
	NO_SUCH_USER = 99	 /* exit status of the child */
};

static char *const environment[] = { "PATH=/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL=C.UTF-8", NULL };

static int become(unsigned uid)
{
	if (uid == 0)
		return 0;
	/* Where setgroups(2) is denied (a user's own namespace) there is only one user anyway. */
	if (setgroups(0, NULL) < 0 || setresgid(uid, uid, uid) < 0 || setresuid(uid, uid, uid) < 0)
		return -errno;
	return 0;
}

static int enter_view(const struct selftest *test, struct err *err)
{
	FD_CLEANUP int fd = ns_open_template(test->view, test->view_ino, err);
	int entered;

	if (fd < 0)
		return fd;
	return ns_enter(fd, 0, &entered, err);
}

static _Noreturn void child(const struct selftest *test, const char *script, int output)
{
	char *direct[] = { "/usr/bin/python3", (char *)script, NULL };
	char *by_kernel[] = { (char *)script, NULL };
	struct err err = { 0 };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0 ||
	    chdir("/") < 0)
		_exit(1);
	if (test->how == SELFTEST_TEMPLATE && enter_view(test, &err) < 0) {
		(void)dprintf(2, "%s\n", err.text);
		_exit(1);
	}
	if (become(test->uid) < 0)
		_exit(NO_SUCH_USER);
	/* Never through a shell, which would run a file without handler as a script of its own. */
	if (test->how == SELFTEST_TEMPLATE)
		(void)execve(direct[0], direct, environment);
	else
		(void)execve(script, by_kernel, environment);
	(void)dprintf(2, "%s\n", strerror(errno));
	_exit(1);
}

/* Everything that the child says until it ends. -ETIMEDOUT. */
static int read_words(int fd, char *dst, size_t size)
{
	long deadline = (long)clock_ms() + DEADLINE_MS;
	size_t used = 0;

	for (;;) {
		struct pollfd wait = { .fd = fd, .events = POLLIN };
		long left = deadline - (long)clock_ms();
		ssize_t n;

		if (left <= 0 || poll(&wait, 1, (int)left) == 0)
			return -ETIMEDOUT;
		n = read(fd, dst + used, size - 1 - used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || used == size - 1)
			break;
		used += (size_t)n;
	}
	dst[used] = '\0';
	dst[strcspn(dst, "\n")] = '\0'; /* the first line is enough */
	return 0;
}

static int check_words(const struct selftest *test, const char *script, const char *words,
		       int status, struct err *err)
{
	char wanted[64];
	struct text text;

	text_init(&text, wanted, sizeof(wanted));
	text_addf(&text, "busypy-selftest ok %s ", test->arch->uname);
	if (WIFEXITED(status) && WEXITSTATUS(status) == NO_SUCH_USER)
		return err_say(err, EINVAL, "uid %u does not exist in this user namespace",
			       test->uid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && str_starts(words, wanted))
		return 0;
	return err_say(err, EPROTO, "the self-test %s%s failed: %s", script,
		       test->uid ? " as an ordinary user" : "", words[0] ? words : "no output");
}

int selftest_run(const struct selftest *test, struct err *err)
{
	char script[PATH_SIZE], words[512] = "";
	FD_CLEANUP int input = -1;
	FD_CLEANUP int output = -1;
	int channel[2], status = 0, r;
	pid_t pid;

	if (path_join(script, sizeof(script), test->tree, TREE_SELFTEST) < 0)
		return err_say(err, ENAMETOOLONG, "%s: the path is too long", test->tree);
	if (pipe2(channel, O_CLOEXEC) < 0)
		return err_set(err, errno, "cannot make a pipe");
	input = channel[0];
	output = channel[1];
	pid = fork();
	if (pid < 0)
		return err_set(err, errno, "cannot fork");
	if (pid == 0)
		child(test, script, output);
	fd_close(&output);
	r = read_words(input, words, sizeof(words));
	fd_close(&input); /* otherwise a child that says more would never end */
	if (r < 0)
		(void)kill(pid, SIGKILL); /* our own child, not yet waited for */
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (r < 0)
		return err_say(err, ETIMEDOUT, "the self-test %s did not end within %d s", script,
			       DEADLINE_MS / 1000);
	return check_words(test, script, words, status, err);
}
