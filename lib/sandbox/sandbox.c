/* SPDX-License-Identifier: MIT */
/* The supervisor's side: everything is planned here, before the namespaces are made. */
#include "sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/arch.h"
#include "core/ending.h"
#include "core/err.h"
#include "core/facts.h"
#include "core/view_sandbox.h"
#include "core/path_size.h"
#include "core/plan.h"
#include "core/rule.h"
#include "core/str.h"
#include "core/view.h"
#include "core/view_host.h"
#include "sandbox/cgroup.h"
#include "sandbox/channel.h"
#include "sandbox/emulator.h"
#include "sandbox/sandbox_inside.h"
#include "sys/clock.h"
#include "sys/dirs.h"
#include "sys/fd.h"
#include "sys/landlock.h"
#include "sys/ns.h"
#include "sys/pages.h"
#include "sys/programs.h"
#include "sys/view_gather.h"

enum { STACK_SIZE = 512 * 1024 };

/* Large, and only what is used is ever touched. */
struct work {
	struct facts facts;
	struct plan plan;
	struct rule rule;
	char init[PATH_SIZE];
	char stack[STACK_SIZE] __attribute__((aligned(64)));
};

void sandbox_request_init(struct sandbox_request *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->workdir = "/";
	for (int i = 0; i < 3; i++)
		ret->stdio[i] = i;
}

static int make_plan(const struct sandbox_request *request, struct facts *facts, struct plan *ret,
		     struct err *err)
{
	struct view_sandbox sandbox = {
		.images = request->images,
		.memory = request->limits.memory,
		.extras = request->extras,
		.n_extras = request->n_extras,
	};
	struct view view = {
		.kind = VIEW_SANDBOX,
		.tree = request->tree,
		.arch = request->arch->name,
		.sandbox = &sandbox,
	};
	int r;

	if (request->flags & SANDBOX_HOST_VIEW)
		sandbox.flags |= VIEW_SANDBOX_HOST;
	if (request->flags & SANDBOX_WRITE)
		sandbox.flags |= VIEW_SANDBOX_WRITE;
	if (request->flags & SANDBOX_OWN_NET)
		sandbox.flags |= VIEW_SANDBOX_NET;
	if (geteuid() == 0)
		sandbox.flags |= VIEW_SANDBOX_ROOT;
	if (request->flags & SANDBOX_CHROOT)
		sandbox.flags |= landlock_can_part() ? VIEW_SANDBOX_APART : VIEW_SANDBOX_NO_PROC;
	r = view_gather(&view, facts, err);
	if (r < 0)
		return r;
	return view_sandbox_plan(&view, facts, ret, err);
}

int sandbox_plan(const struct sandbox_request *request, struct plan *ret, struct err *err)
{
	struct facts *facts = pages_get(sizeof(*facts));
	int r;

	if (!facts)
		return err_set(err, errno, "cannot plan the view of %s", request->tree);
	r = make_plan(request, facts, ret, err);
	(void)munmap(facts, sizeof(*facts)); /* cannot fail: it is ours */
	return r;
}

static int find_init(char ret[PATH_SIZE], struct err *err)
{
	char name[64];
	struct text text;

	text_init(&text, name, sizeof(name));
	text_addf(&text, "init-%s", arch_native()->name);
	return programs_find(name, ret, PATH_SIZE, err);
}

static int prepare(const struct sandbox_request *request, struct work *work, struct inside *ret,
		   struct err *err)
{
	int r = make_plan(request, &work->facts, &work->plan, err);

	if (r < 0)
		return r;
	ret->request = request;
	ret->plan = &work->plan;
	if (!arch_runs_on(request->arch, arch_native())) {
		r = emulator_rule(request->arch, &work->rule, err);
		if (r < 0)
			return r;
		ret->rule = &work->rule;
	}
	ret->uid = geteuid();
	ret->gid = getegid();
	ret->init = work->init;
	return find_init(work->init, err);
}

static int enter(void *ctx)
{
	inside_main(ctx);
}

/* As vfork(2), but on a stack of its own and in namespaces of its own: the process becomes another
 * program soon, and on a busy machine it runs at once instead of waiting for its turn. */
static pid_t clone_inside(struct inside *inside, struct work *work, int flags, int *ret_pidfd)
{
	int dumpable = prctl(PR_GET_DUMPABLE);
	sigset_t all, before;
	pid_t pid;

	/* A handler of ours must not run there. */
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, &before);
	/* Nor may anybody look into it: its memory is ours, and it has the namespaces' rights. */
	(void)prctl(PR_SET_DUMPABLE, 0UL, 0UL, 0UL, 0UL); /* cannot fail */
	pid = clone(enter, work->stack + STACK_SIZE,
		    flags | CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, inside, ret_pidfd);
	pid = pid < 0 ? -errno : pid;
	(void)prctl(PR_SET_DUMPABLE, dumpable == 1 ? 1UL : 0UL, 0UL, 0UL, 0UL);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return pid;
}

static int namespaces(const struct sandbox_request *request)
{
	int flags = request->flags & SANDBOX_CHROOT ? 0
						    : CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID |
							      CLONE_NEWIPC | CLONE_NEWUTS;

	return request->flags & SANDBOX_OWN_NET ? flags | CLONE_NEWNET : flags;
}

/* Until PID 1's program runs: nothing else closes the channel but a death. */
static int await_start(int channel, struct sandbox *sandbox, struct err *err)
{
	enum channel_kind kind;
	struct err why;
	int fd = -1, r;

	while ((r = channel_receive(channel, &kind, &fd, &why)) == 1) {
		switch (kind) {
		case CHANNEL_INSTANCE:
			sandbox->instance = fd;
			break;
		case CHANNEL_TERMINAL:
			sandbox->terminal = fd;
			break;
		case CHANNEL_FAILED:
			return err_say(err, why.code, "%s", why.text);
		}
	}
	return r < 0 ? err_set(err, -r, "cannot hear of the sandbox") : 0;
}

static void close_all(struct sandbox *sandbox)
{
	fd_close(&sandbox->pidfd);
	fd_close(&sandbox->terminal);
	fd_close(&sandbox->instance);
	sandbox->pidfd = sandbox->terminal = sandbox->instance = -1;
}

/* Memory and processes: for all of the sandbox together, or for each process where that must do. */
static int make_cgroup(const struct sandbox_request *request, struct sandbox *sandbox,
		       struct err *err)
{
	struct cgroup_limits limits = { .memory = request->limits.memory };

	/* Of the processes PID 1 is ours. */
	limits.pids = request->limits.pids ? request->limits.pids + 1 : 0;
	if (!limits.memory && !limits.pids)
		return 0;
	sandbox->cgroup = pages_get(sizeof(*sandbox->cgroup));
	if (!sandbox->cgroup)
		return err_set(err, errno, "cannot make a cgroup");
	if (cgroup_make(&limits, (unsigned)clock_us(), sandbox->cgroup) == 0)
		return 0;
	(void)munmap(sandbox->cgroup, sizeof(*sandbox->cgroup)); /* cannot fail: it is ours */
	sandbox->cgroup = NULL;
	if (limits.pids && geteuid() == 0) /* kernel/fork.c, copy_process(): INIT_USER */
		return err_say(err, EPERM,
			       "cannot limit processes: the machine's root has no such limit, and "
			       "no cgroup is delegated (Hint: run it as another user)");
	return 0;
}

static void drop_cgroup(struct sandbox *sandbox)
{
	if (!sandbox->cgroup)
		return;
	cgroup_remove(sandbox->cgroup);
	(void)munmap(sandbox->cgroup, sizeof(*sandbox->cgroup)); /* cannot fail: it is ours */
	sandbox->cgroup = NULL;
}

static int start(const struct sandbox_request *request, struct work *work, struct sandbox *sandbox,
		 struct err *err)
{
	struct inside inside = { 0 };
	int r = prepare(request, work, &inside, err), channel[2];
	FD_CLEANUP int ours = -1;

	if (r < 0)
		return r;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel) < 0)
		return err_set(err, errno, "cannot make a socket pair");
	ours = channel[0];
	inside.supervisor = ours;
	inside.channel = channel[1];
	sandbox->started = clock_us();
	sandbox->timeout_ms = request->limits.timeout_ms;
	inside.cgroup = sandbox->cgroup ? sandbox->cgroup->procs : -1;
	sandbox->pid = clone_inside(&inside, work, namespaces(request), &sandbox->pidfd);
	(void)close(channel[1]);
	if (sandbox->pid < 0)
		return ns_explain(-sandbox->pid, err);
	r = await_start(ours, sandbox, err);
	if (r < 0) {
		sandbox_signal(sandbox, SIGKILL);
		(void)sandbox_reap(sandbox, NULL, NULL); /* the reason is in err */
	}
	return r;
}

int sandbox_start(const struct sandbox_request *request, struct sandbox *ret, struct err *err)
{
	struct sandbox sandbox = { .pidfd = -1, .terminal = -1, .instance = -1 };
	struct work *work = pages_get(sizeof(*work));
	int r;

	if (!work)
		return err_set(err, errno, "cannot plan the view of %s", request->tree);
	r = make_cgroup(request, &sandbox, err);
	if (r == 0)
		r = start(request, work, &sandbox, err);
	(void)munmap(work, sizeof(*work)); /* cannot fail: it is ours */
	if (r < 0)
		drop_cgroup(&sandbox);
	else
		*ret = sandbox;
	return r;
}

void sandbox_signal(const struct sandbox *sandbox, int sig)
{
	/* ESRCH: it has ended, which its pidfd tells. */
	(void)syscall(SYS_pidfd_send_signal, sandbox->pidfd, sig, NULL, 0);
}

int sandbox_due(struct sandbox *sandbox)
{
	uint64_t passed = (clock_us() - sandbox->started) / 1000, due = sandbox->timeout_ms;

	if (due == 0 || sandbox->terminating == 2)
		return -1;
	if (sandbox->terminating == 0 && passed >= due) {
		sandbox_signal(sandbox, SIGTERM);
		sandbox->terminating = 1;
	}
	if (sandbox->terminating == 1)
		due += SANDBOX_GRACE_MS;
	if (passed >= due) {
		sandbox_signal(sandbox, SIGKILL);
		sandbox->terminating = 2;
		return -1;
	}
	return due - passed > 3600 * 1000 ? 3600 * 1000 : (int)(due - passed);
}

static uint64_t microseconds(const struct timeval *time)
{
	return (uint64_t)time->tv_sec * 1000000 + (uint64_t)time->tv_usec;
}

int sandbox_reap(struct sandbox *sandbox, struct sandbox_result *ret, struct err *err)
{
	struct pollfd end = { .fd = sandbox->pidfd, .events = POLLIN };
	struct sandbox_result result = { 0 };
	struct rusage usage;
	int status;
	pid_t r;

	while (poll(&end, 1, sandbox_due(sandbox)) == 0 || !(end.revents & POLLIN))
		; /* EINTR or something was due */
	do {
		r = wait4(sandbox->pid, &status, 0, &usage);
	} while (r < 0 && errno == EINTR);
	if (r < 0) {
		r = err_set(err, errno, "cannot wait for the sandbox");
		drop_cgroup(sandbox);
		close_all(sandbox);
		return r;
	}
	result.wall_us = clock_us() - sandbox->started;
	if (sandbox->cgroup)
		result.peak_memory = cgroup_peak(sandbox->cgroup);
	drop_cgroup(sandbox);
	close_all(sandbox);
	result.status = ending_status(status);
	result.timed_out = sandbox->terminating > 0;
	result.cpu_us = microseconds(&usage.ru_utime) + microseconds(&usage.ru_stime);
	if (!result.peak_memory)
		result.peak_memory = (uint64_t)usage.ru_maxrss * 1024;
	if (ret)
		*ret = result;
	return 0;
}

static bool is_mount_point(const char *tree, const char *name)
{
	char path[PATH_SIZE];
	FD_CLEANUP int fd = -1;

	if (path_join(path, sizeof(path), tree, name) < 0)
		return false;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	return fd < 0 ? errno == ENOENT : dirs_empty(fd) == 1;
}

bool sandbox_has(const struct sandbox_request *request, const char *dst)
{
	if (request->flags & SANDBOX_HOST_VIEW)
		return false;
	return str_eq(dst, "/tmp") || str_eq(dst, "/run") ||
	       !is_mount_point(request->tree, dst + 1);
}

bool sandbox_can_hold(const struct sandbox_request *request, const char *dst)
{
	const char *view = request->flags & SANDBOX_HOST_VIEW ? "/" : request->tree;
	char name[PATH_SIZE], path[PATH_SIZE];

	if (view_sandbox_allows(dst, NULL) < 0 ||
	    str_copy_bytes(name, sizeof(name), dst + 1, strcspn(dst + 1, "/")) < 0)
		return false;
	if (str_eq(name, "tmp") || str_eq(name, "run"))
		return true;
	if (view_hides_top(name))
		return request->flags & SANDBOX_WRITE;
	if (path_join(path, sizeof(path), view, dst + 1) == 0 && access(path, F_OK) == 0)
		return true;
	return (request->flags & SANDBOX_WRITE) || is_mount_point(view, name);
}
