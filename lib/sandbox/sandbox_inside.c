/* SPDX-License-Identifier: MIT */
/* The process that becomes a sandbox's PID 1. It begins with all rights over namespaces that hold
 * nothing yet, and ends, by its exec, with none over anything. */
#include "sandbox/sandbox_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/arch.h"
#include "core/err.h"
#include "core/plan.h"
#include "core/rule.h"
#include "core/str.h"
#include "sandbox/channel.h"
#include "sandbox/command.h"
#include "sandbox/filter.h"
#include "sandbox/sandbox.h"
#include "sandbox/stdio.h"
#include "sys/binfmt.h"
#include "sys/fd.h"
#include "sys/landlock.h"
#include "sys/mount_api.h"
#include "sys/ns.h"
#include "sys/pages.h"
#include "sys/priv.h"
#include "sys/run.h"

/* linux/close_range.h, linux/securebits.h */
enum { CLOSEXEC = 1 << 2, NO_ROOT_LOCKED = 0x2f | 0xc0 };

/* A user namespace of its own has no limit but this one on those that are made in it. Where the
 * file cannot be written, the filter refuses them all the same. */
static void allow_user_namespaces(const char *how_many)
{
	FD_CLEANUP int fd = open("/proc/sys/user/max_user_namespaces", O_WRONLY | O_CLOEXEC);

	if (fd >= 0)
		(void)fd_write_all(fd, how_many, strlen(how_many));
}

/* The register file of a binfmt_misc belongs to uid 0 of its user namespace, so the caller is that
 * one first, where there is something to register. */
static int take_ids(const struct inside *inside, struct err *err)
{
	struct ns_ids ids = { inside->rule ? 0 : inside->uid, inside->uid,
			      inside->rule ? 0 : inside->gid, inside->gid, -1 };
	int r = ns_map(&ids, err);

	if (r < 0)
		return r;
	allow_user_namespaces(inside->rule ? "1" : "0");
	return 0;
}

enum { HANDLERS_MAX = 128 };

/* True if the machine's own handlers execute what this one would, in a view without the host's
 * files, too. */
static bool host_handles(const struct rule *rule)
{
	struct rule *present = pages_get(HANDLERS_MAX * sizeof(*present));
	FD_CLEANUP int instance = binfmt_open(false, NULL);
	int n = !present || instance < 0 ? 0 : binfmt_list(instance, present, HANDLERS_MAX, NULL);

	for (int i = 0; i < n; i++) {
		if (present[i].enabled && !present[i].extension[0] &&
		    strchr(present[i].flags, 'F') && rule_overlaps(&present[i], rule))
			return true;
	}
	return false;
}

/* A program of the host by a read-only mount of its own: a process's /proc/PID/exe leads to the
 * file, and there who owns it could change its mode. */
static int clone_program(const char *path, struct err *err)
{
	int fd = mount_clone_file(path, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID);

	return fd < 0 ? err_set(err, -fd, "cannot open %s", path) : fd;
}

#ifndef MFD_EXEC
#define MFD_EXEC 0x10U
#endif

/* A file in memory for n bytes that can be executed; -1 where the machine or the caller forbids it:
 * vm.memfd_noexec, or a limit on the size of files, which would end this process by a signal. */
static int make_memory(off_t n)
{
	struct rlimit limit;
	int fd;

	if (getrlimit(RLIMIT_FSIZE, &limit) < 0 || limit.rlim_cur < (rlim_t)n)
		return -1;
	fd = memfd_create("init", MFD_CLOEXEC | MFD_EXEC);
	if (fd < 0 && errno == EINVAL)
		fd = memfd_create("init", MFD_CLOEXEC); /* FIXME: drop when 6.3 is the oldest */
	return fd;
}

/* The file of PID 1, in memory, which its owner can execute but not read: only so the kernel gives
 * nobody a right over its memory, from its first instruction on (would_dump() in fs/exec.c). What
 * writes there would keep PID 1 from following its supervisor. Where there can be no such file,
 * init itself takes that right away, as the first that it does. */
static int copy_init(const char *path, struct err *err)
{
	FD_CLEANUP int from = open(path, O_RDONLY | O_CLOEXEC), to = -1, fd = -1;
	struct stat st;
	ssize_t n;

	if (from < 0 || fstat(from, &st) < 0)
		return err_set(err, errno, "cannot open %s", path);
	to = make_memory(st.st_size);
	if (to < 0)
		return clone_program(path, err);
	while ((n = sendfile(to, from, NULL, 1 << 20)) > 0)
		;
	/* what is open for writing cannot be executed */
	fd = n < 0 ? -1 : fd_reopen(to, O_RDONLY);
	if (fd < 0 || fchmod(fd, 0100) < 0)
		return err_set(err, errno, "cannot hold %s in memory", path);
	return fd_steal(&fd);
}

static int register_rule(int instance, const struct rule *rule, struct err *err)
{
	FD_CLEANUP int program = clone_program(rule->interpreter, err);
	struct rule cloned = *rule;

	if (program < 0)
		return program;
	fd_path(program, cloned.interpreter);
	return binfmt_register(instance, &cloned, err); /* opens it now: flag F */
}

/* The first mount of a binfmt_misc hides all handlers of the host, for good, whether it lasts or
 * not; the entries last as long as the descriptor, which goes to the supervisor. */
static int take_handlers(const struct inside *inside, struct err *err)
{
	FD_CLEANUP int instance = -1;
	int r;

	if (!inside->rule) {
		(void)mount_make("binfmt_misc"); /* without one of its own: the host's stay */
		return 0;
	}
	instance = binfmt_new_instance(err);
	if (instance < 0 && host_handles(inside->rule))
		return 0;
	if (instance < 0)
		return err_hint(
			err, instance,
			"a kernel before 6.7 has only the machine's, and no handler with the "
			"flag F is registered there for this arch");
	r = register_rule(instance, inside->rule, err);
	if (r < 0)
		return r;
	return channel_send_descriptor(inside->channel, CHANNEL_INSTANCE, instance, err);
}

static int raise_loopback(struct err *err)
{
	FD_CLEANUP int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) < 0)
		return err_set(err, errno, "cannot raise the loopback device");
	return 0;
}

/* Back from uid 0 to the caller's: in a namespace that has no rights over the others. */
static int leave_root(const struct inside *inside, int proc, struct err *err)
{
	if (!inside->rule)
		return 0;
	if (unshare(CLONE_NEWUSER) < 0)
		return ns_explain(errno, err);
	return ns_map(&(struct ns_ids){ inside->uid, 0, inside->gid, 0, proc }, err);
}

static int limit(int which, uint64_t value, const char *what, struct err *err)
{
	struct rlimit old, wanted = { value, value };

	if (value == 0 || getrlimit(which, &old) < 0 || old.rlim_max <= value)
		return 0; /* the caller's own is as strict */
	return setrlimit(which, &wanted) < 0 ? err_set(err, errno, "cannot limit %s", what) : 0;
}

/* By this process, for all that come from it; what a cgroup limits needs no second limit. */
static int set_limits(const struct inside *inside, struct err *err)
{
	const struct sandbox_limits *limits = &inside->request->limits;
	bool whole = inside->cgroup >= 0;
	int r = whole ? 0 : limit(RLIMIT_DATA, limits->memory, "memory", err);

	if (r < 0)
		return r;
	r = limit(RLIMIT_CPU, limits->cpu_s, "processor time", err);
	if (r < 0)
		return r;
	if (limits->pids && !whole)
		r = limit(RLIMIT_NPROC, limits->pids + 1, "processes", err); /* PID 1 is ours */
	if (r < 0)
		return r;
	r = limit(RLIMIT_NOFILE, limits->files, "open files", err);
	if (r < 0)
		return r;
	return limit(RLIMIT_FSIZE, limits->file_bytes, "file sizes", err);
}

/* Takes away what is left of the rights that the new user namespace brought, for good. */
static int drop_rights(void)
{
	int r;

	if (prctl(PR_SET_SECUREBITS, NO_ROOT_LOCKED, 0UL, 0UL, 0UL) < 0)
		return -errno;
	r = priv_bound(0);
	if (r < 0)
		return r;
	r = priv_clear();
	if (r < 0)
		return r;
	return priv_set_no_new_privs();
}

static int drop(struct err *err)
{
	int r = drop_rights();

	return r < 0 ? err_set(err, -r, "cannot give up privileges") : 0;
}

/* Without namespaces the machine's processes are there, and root's among them are not kept from
 * this one by rights that both lack. And with its network its abstract sockets are. */
static int part(const struct inside *inside, struct err *err)
{
	unsigned flags = inside->request->flags;
	unsigned scopes = (flags & SANDBOX_CHROOT ? LANDLOCK_SIGNALS : 0) |
			  (flags & SANDBOX_OWN_NET ? 0 : LANDLOCK_SOCKETS);
	int r = scopes && landlock_can_part() ? landlock_part(scopes) : 0;

	return r < 0 ? err_set(err, -r, "cannot enter a Landlock domain") : 0;
}

/* From here on the supervisor's death ends this process, and with PID 1 all others. */
static int bind_to_supervisor(const struct inside *inside, struct err *err)
{
	char byte;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0UL, 0UL, 0UL) < 0)
		return err_set(err, errno, "cannot follow the supervisor");
	/* It may have died before: then nobody holds the other end. */
	if (recv(inside->channel, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
		_exit(125);
	return 0;
}

static int settle_in_chroot(const struct inside *inside, struct err *err)
{
	if (inside->rule && !host_handles(inside->rule))
		return err_say(err, ENOENT,
			       "without namespaces only the machine's own handlers are asked, and "
			       "none with the flag F is registered for %s",
			       inside->request->arch->name);
	return 0;
}

static int make_view(const struct inside *inside, struct err *err)
{
	/* the view's own may be read-only */
	FD_CLEANUP int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (!(inside->request->flags & SANDBOX_CHROOT)) {
		r = run_plan(inside->plan, err);
		if (r < 0)
			return r;
		return leave_root(inside, proc, err);
	}
	r = run_plan_detached(inside->plan, err);
	return r == -EINVAL ? err_hint(err, r, "without namespaces that takes Linux 6.15") : r;
}

/* The other namespaces. */
static int settle(const struct inside *inside, struct err *err)
{
	int r = inside->cgroup < 0 ? 0 : fd_write_all(inside->cgroup, "0", 1);

	if (r < 0)
		return err_set(err, -r, "cannot enter a cgroup");
	if (inside->request->flags & SANDBOX_CHROOT)
		return settle_in_chroot(inside, err);
	r = take_ids(inside, err);
	if (r < 0)
		return r;
	r = take_handlers(inside, err);
	if (r < 0)
		return r;
	if (inside->request->flags & SANDBOX_OWN_NET)
		r = raise_loopback(err);
	if (r < 0)
		return r;
	return sethostname("busypy", 6) < 0 ? err_set(err, errno, "cannot set the host's name") : 0;
}

/* Namespaces, view, descriptors and working directory; *ret_init is PID 1's program, open. */
static int move_in(const struct inside *inside, int *ret_init, struct err *err)
{
	const struct sandbox_request *request = inside->request;
	int r = settle(inside, err), stdio[3];

	if (r < 0)
		return r;
	stdio_find(inside->request, stdio);
	*ret_init = copy_init(inside->init, err);
	if (*ret_init < 0)
		return *ret_init;
	r = make_view(inside, err);
	if (r < 0)
		return r;
	(void)setsid(); /* cannot fail: just forked */
	r = stdio_take(inside->request, inside->channel, stdio, err);
	if (r < 0)
		return r;
	if (chdir(request->workdir) < 0)
		return err_set(err, errno, "%s: no such working directory in the sandbox",
			       request->workdir);
	return 0;
}

/* Limits, rights, descriptors and system calls: what cannot be taken back. */
static int confine(const struct inside *inside, struct err *err)
{
	int r;

	/* Only i386 on x86_64 can be both. */
	if (inside->request->arch != arch_native() && !inside->rule)
		(void)personality(PER_LINUX32); /* only uname(2) says another word */
	r = set_limits(inside, err);
	if (r < 0)
		return r;
	r = drop(err);
	if (r < 0)
		return r;
	r = part(inside, err);
	if (r < 0)
		return r;
	if (syscall(SYS_close_range, 3U, ~0U, CLOSEXEC) < 0)
		return err_set(err, errno, "cannot close descriptors");
	r = filter_set(err);
	if (r < 0)
		return r;
	return bind_to_supervisor(inside, err);
}

/* The command is first, and PID 1 finds it when it is ready. */
static int start_both(const struct inside *inside, int init, struct err *err)
{
	char number[16];
	struct text text;
	char *argv[] = { (char *)"init", (char *)"--adopt", number, NULL };
	pid_t pid;

	/* Our memory is the supervisor's, which is not dumpable meanwhile, and our descriptors are
	 * the caller's, until the exec below: the command, which runs by then, does not reach them
	 * through /proc/1. */
	pid = vfork();
	if (pid == 0)
		command_run(inside->request);
	if (pid < 0)
		return err_set(err, errno, "cannot start the command");
	text_init(&text, number, sizeof(number));
	text_addf(&text, "%d", (int)pid);
	(void)syscall(SYS_execveat, init, "", argv, inside->request->envp, AT_EMPTY_PATH);
	return err_set(err, errno, "cannot start the sandbox's PID 1");
}

void inside_main(const struct inside *inside)
{
	struct err err = { 0 };
	int init = -1, r;

	(void)close(inside->supervisor);
	r = move_in(inside, &init, &err);
	if (r == 0)
		r = confine(inside, &err);
	if (r == 0)
		(void)start_both(inside, init, &err);
	channel_fail(inside->channel, &err);
	_exit(125);
}
