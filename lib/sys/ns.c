/* SPDX-License-Identifier: MIT */
/* Enters namespaces and makes new ones, with whoever the caller is in them. */
#include "sys/ns.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <linux/openat2.h>
#include <sched.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "core/err.h"
#include "core/str.h"
#include "sys/fd.h"

static int open_plain(const char *path)
{
	struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
		.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	long fd = syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));

	if (fd >= 0 || (errno != ENOSYS && errno != EPERM))
		return fd < 0 ? -errno : (int)fd;
	/* Some seccomp filters refuse openat2(2). The inode number is checked in any case. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW);
	return fd < 0 ? -errno : (int)fd;
}

int ns_open_template(const char *path, uint64_t ino, struct err *err)
{
	FD_CLEANUP int fd = open_plain(path);
	struct statfs fs;
	struct stat st;

	if (fd < 0)
		return err_set(err, -fd, "cannot open the view's template %s", path);
	if (fstatfs(fd, &fs) < 0 || fstat(fd, &st) < 0)
		return err_set(err, errno, "cannot look at the view's template %s", path);
	if (fs.f_type != NSFS_MAGIC || st.st_ino != ino)
		return err_say(err, ESTALE,
			       "%s is not the template that was enabled (Hint: busypy disable, "
			       "then busypy enable)",
			       path);
	return fd_steal(&fd);
}

int ns_enter(int fd, int shared, int *ret_entered, struct err *err)
{
	*ret_entered = 0;
	/* setns(2) refuses a process that shares its root and working directory with another. */
	if (unshare(CLONE_FS) < 0)
		return err_set(err, errno, "cannot unshare the working directory");
	if (setns(fd, CLONE_NEWNS) < 0)
		return err_set(err, errno, "cannot enter the view");
	*ret_entered = 1;
	if (!shared && unshare(CLONE_NEWNS) < 0)
		return err_set(err, errno, "cannot make a private copy of the view");
	return 0;
}

int ns_owned(int ns)
{
	FD_CLEANUP int user = ioctl(ns, NS_GET_USERNS);

	if (user >= 0)
		return 1;
	return errno == EPERM ? 0 : -errno;
}

static int write_self(int proc, const char *name, const char *text, struct err *err)
{
	char path[64];
	struct text at;
	FD_CLEANUP int fd = -1;

	text_init(&at, path, sizeof(path));
	text_addf(&at, "%sself/%s", proc < 0 ? "/proc/" : "", name);
	fd = openat(proc, path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return err_set(err, errno, "cannot open /proc/self/%s", name);
	if (write(fd, text, strlen(text)) < 0)
		return err_set(err, errno, "cannot write /proc/self/%s", name);
	return 0;
}

static int write_map(int proc, const char *name, unsigned inside, unsigned outside, struct err *err)
{
	char map[64];
	struct text text;

	text_init(&text, map, sizeof(map));
	text_addf(&text, "%u %u 1", inside, outside);
	return write_self(proc, name, map, err);
}

static int write_ids(const struct ns_ids *ids, struct err *err)
{
	int r = write_self(ids->proc, "setgroups", "deny", err);

	if (r < 0)
		return r;
	r = write_map(ids->proc, "uid_map", ids->uid, ids->outer_uid, err);
	if (r < 0)
		return r;
	return write_map(ids->proc, "gid_map", ids->gid, ids->outer_gid, err);
}

/* The /proc files of a process that is not dumpable belong to root: one that gained rights by an
 * exec, or was refused them, or does not want to be looked into. It is so again afterwards. */
static int map_ids(const struct ns_ids *ids, struct err *err)
{
	int before = prctl(PR_GET_DUMPABLE, 0UL, 0UL, 0UL, 0UL), r;

	(void)prctl(PR_SET_DUMPABLE, 1UL, 0UL, 0UL, 0UL); /* this and the next cannot fail */
	r = write_ids(ids, err);
	if (before != 1)
		(void)prctl(PR_SET_DUMPABLE, 0UL, 0UL, 0UL, 0UL);
	return r;
}

int ns_map(const struct ns_ids *ids, struct err *err)
{
	char value[32];
	int r = map_ids(ids, err);

	/* Ubuntu's policy lets the unshare through and then takes the capabilities. */
	if (r < 0 &&
	    fd_read_file(AT_FDCWD, "/proc/sys/kernel/apparmor_restrict_unprivileged_userns", value,
			 sizeof(value)) > 0 &&
	    value[0] == '1')
		return err_hint(err, r,
				"kernel.apparmor_restrict_unprivileged_userns is 1: an "
				"AppArmor profile must allow userns for this program, see "
				"busypy-run(1)");
	return r;
}

int ns_map_self(unsigned uid, unsigned gid, struct err *err)
{
	return ns_map(&(struct ns_ids){ uid, uid, gid, gid, -1 }, err);
}

/* True if a sysctl is there and 0. */
static bool is_zero(const char *path)
{
	char value[32];

	return fd_read_file(AT_FDCWD, path, value, sizeof(value)) > 0 && str_eq(value, "0\n");
}

int ns_explain(int code, struct err *err)
{
	(void)err_set(err, code, "cannot make a user namespace");
	if (code == EINVAL || code == ENOSYS)
		return err_hint(err, -code, "this kernel has none: CONFIG_USER_NS");
	if (is_zero("/proc/sys/user/max_user_namespaces"))
		return err_hint(err, -code,
				"user.max_user_namespaces is 0: sysctl "
				"user.max_user_namespaces=10000 allows them");
	if (code == ENOSPC || code == EUSERS)
		return err_hint(err, -code, "see /proc/sys/user/max_*_namespaces");
	if (is_zero("/proc/sys/kernel/unprivileged_userns_clone"))
		return err_hint(err, -code,
				"kernel.unprivileged_userns_clone is 0: sysctl "
				"kernel.unprivileged_userns_clone=1 allows them");
	return err_hint(err, -code,
			"a chroot, a container, a seccomp filter or an id that is not mapped "
			"forbids it");
}

int ns_new_user(struct err *err)
{
	return unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0 ? ns_explain(errno, err) : 0;
}

int ns_unshare_user(struct err *err)
{
	unsigned uid = geteuid(), gid = getegid();
	int r = ns_new_user(err);

	if (r < 0)
		return r;
	return ns_map_self(uid, gid, err);
}
