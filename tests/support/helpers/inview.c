/* SPDX-License-Identifier: MIT */
/* inview [--client] TREE ARCH COMMAND [ARG...]: runs a command in a view of a tree, made by the
 * plan in namespaces of its own, without any handler. Root or not. For the demo and the tests of
 * plans. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/ending.h"
#include "core/err.h"
#include "core/facts.h"
#include "core/plan.h"
#include "core/view.h"
#include "core/view_sandbox.h"
#include "sys/cwd.h"
#include "sys/ns.h"
#include "sys/run.h"
#include "sys/view_gather.h"

static struct facts facts;
static struct plan plan;

static int fail(const struct err *err)
{
	(void)fprintf(stderr, "inview: %s\n", err->text);
	return 125;
}

/* A new /proc shows the processes of a PID namespace of one's own only. */
static int unshare_all(enum view_kind kind, struct err *err)
{
	int r = geteuid() == 0 ? 0 : ns_unshare_user(err);

	if (r == 0 && unshare(CLONE_NEWNS | (kind == VIEW_SANDBOX ? CLONE_NEWPID : 0)) < 0)
		r = err_set(err, errno, "cannot unshare");
	return r;
}

static int in_child(char **argv)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		(void)execv(argv[0], argv);
		perror(argv[0]);
		_exit(127);
	}
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return child < 0 ? 125 : ending_status(status);
}

int main(int argc, char **argv)
{
	struct err err = { 0 };
	struct view_sandbox sandbox = { 0 };
	struct view view = { .kind = VIEW_HOST, .sandbox = &sandbox };
	struct cwd cwd;

	if (argc > 1 && strcmp(argv[1], "--client") == 0) {
		view.kind = VIEW_SANDBOX;
		argv++;
		argc--;
	}
	if (argc < 4) {
		(void)fputs("Usage: inview [--client] TREE ARCH COMMAND [ARG...]\n", stderr);
		return 125;
	}
	view.tree = argv[1];
	view.arch = argv[2];
	cwd_get(&cwd);
	if (unshare_all(view.kind, &err) < 0)
		return fail(&err);
	/* a sandbox's view mounts /proc: only a process inside the new PID namespace may */
	if (view.kind == VIEW_SANDBOX) {
		int status;
		pid_t child = fork();

		while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
			;
		if (child)
			return child < 0 ? 125 : WEXITSTATUS(status);
	}
	if (view_gather(&view, &facts, &err) < 0 || view_plan(&view, &facts, &plan, &err) < 0 ||
	    run_plan(&plan, &err) < 0)
		return fail(&err);
	(void)cwd_restore(&cwd, "/");
	return in_child(argv + 3);
}
