/* SPDX-License-Identifier: MIT */
/* A child performs the plan in a namespace of its own, and its parent pins that. */
#include "sys/template.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/err.h"
#include "core/plan.h"
#include "core/str.h"
#include "sys/fd.h"
#include "sys/mount_api.h"
#include "sys/run.h"

/* The child: performs the plan, tells how it went, and holds the namespace until the parent has
 * pinned it (or has gone). A cpu of -1 is any. */
static _Noreturn void build(const struct plan *plan, int cpu, int channel)
{
	struct err err = { 0 };
	cpu_set_t cpus;
	char done;
	int r;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* a courtesy: the read below ends it, too */
	CPU_ZERO(&cpus);
	if (cpu >= 0) {
		CPU_SET((size_t)cpu, &cpus);
		(void)sched_setaffinity(0, sizeof(cpus), &cpus); /* not ours to use: the next one */
	}
	if (unshare(CLONE_NEWNS) < 0)
		r = err_set(&err, errno, "cannot make a mount namespace");
	else
		r = run_plan(plan, &err);
	err.code = -r;
	if (fd_write_all(channel, &err, sizeof(err)) == 0)
		(void)fd_read_all(channel, &done, 1);
	_exit(0);
}

static int pin_namespace(pid_t child, const char *pin, uint64_t *ret_ino, struct err *err)
{
	char path[64];
	struct text text;
	struct stat st;
	FD_CLEANUP int target = -1;
	FD_CLEANUP int mount = -1;
	int r;

	text_init(&text, path, sizeof(path));
	text_addf(&text, "/proc/%d/ns/mnt", (int)child);
	target = open(pin, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0444);
	if (target < 0)
		return err_set(err, errno, "cannot create %s", pin);
	if (stat(path, &st) < 0)
		return err_set(err, errno, "cannot look at %s", path);
	mount = mount_clone(AT_FDCWD, path, false);
	r = mount < 0 ? mount : mount_attach(mount, target);
	if (r < 0)
		return err_set(err, -r, "cannot pin the view at %s", pin);
	*ret_ino = st.st_ino;
	return 0;
}

/* Waits until the child's view stands, and pins it. */
static int pin_child(pid_t child, int channel, const char *pin, uint64_t *ret_ino, struct err *err)
{
	struct err theirs = { 0 };

	if (fd_read_all(channel, &theirs, sizeof(theirs)) != sizeof(theirs))
		return err_say(err, ECHILD, "the process that makes the view has died");
	if (theirs.code)
		return err_say(err, theirs.code, "%s", theirs.text);
	return pin_namespace(child, pin, ret_ino, err);
}

static int pin_on(const struct plan *plan, int cpu, const char *pin, uint64_t *ret_ino,
		  struct err *err)
{
	int channel[2];
	pid_t child;
	int r;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel) < 0)
		return err_set(err, errno, "cannot make a socket pair");
	child = fork();
	if (child == 0) {
		(void)close(channel[0]);
		build(plan, cpu, channel[1]);
	}
	r = child < 0 ? err_set(err, errno, "cannot fork") : 0;
	(void)close(channel[1]); /* the child's: what it sends ends with it */
	if (child > 0)
		r = pin_child(child, channel[0], pin, ret_ino, err);
	(void)close(channel[0]); /* lets the child go */
	while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	return r;
}

int template_pin(const struct plan *plan, const char *pin, uint64_t *ret_ino, struct err *err)
{
	long cpus = sysconf(_SC_NPROCESSORS_CONF);
	int r = pin_on(plan, -1, pin, ret_ino, err);

	/* A namespace can be pinned only in an older one, which the kernel tells by their numbers.
	 * Since Linux 6.18 each processor draws numbers from a range of its own, so that a child on
	 * another one may seem older than we are; on the one where ours was made it never does.
	 * fs/namespace.c, mnt_ns_loop(). */
	for (int cpu = 0; r == -ELOOP && cpu < cpus && cpu < CPU_SETSIZE; cpu++) {
		if (unlink(pin) < 0)
			return err_set(err, errno, "cannot remove %s", pin);
		r = pin_on(plan, cpu, pin, ret_ino, err);
	}
	return r;
}

int template_share(const char *from, const char *pin, struct err *err)
{
	FD_CLEANUP int target =
		open(pin, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0444);
	FD_CLEANUP int mount = -1;
	int r;

	if (target < 0)
		return err_set(err, errno, "cannot create %s", pin);
	mount = mount_clone(AT_FDCWD, from, false);
	r = mount < 0 ? mount : mount_attach(mount, target);
	return r < 0 ? err_set(err, -r, "cannot pin the view of %s at %s", from, pin) : 0;
}

int template_unpin(const char *pin, struct err *err)
{
	int r = mount_detach(AT_FDCWD, pin);

	if (r < 0 && r != -EINVAL && r != -ENOENT) /* not pinned, not there: nothing to do */
		return err_set(err, -r, "cannot let go of the view pinned at %s", pin);
	if (unlink(pin) < 0 && errno != ENOENT)
		return err_set(err, errno, "cannot remove %s", pin);
	return 0;
}
