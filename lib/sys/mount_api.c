/* SPDX-License-Identifier: MIT */
/* Mounts by descriptor: made, changed, attached. */
#include "sys/mount_api.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/str.h"
#include "sys/fd.h"

/* umount2(2) flags, not in linux/mount.h; sys/mount.h clashes with it in glibc 2.36. */
enum { UMOUNT_DETACH = 2, UMOUNT_NOT_LINK = 8 };

/* Numbers that are the same on every arch but may be missing from old headers. */
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif

static int result(long r)
{
	return r < 0 ? -errno : (int)r;
}

int mount_clone(int dirfd, const char *path, bool recursive)
{
	unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_NO_AUTOMOUNT;

	if (recursive)
		flags |= AT_RECURSIVE;
	if (!path[0])
		flags |= AT_EMPTY_PATH;
	return result(syscall(SYS_open_tree, dirfd, path, flags));
}

int mount_attach(int mount, int target)
{
	return result(syscall(SYS_move_mount, mount, "", target, "",
			      MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH));
}

int mount_attributes(int fd, uint64_t set, uint64_t propagation, bool recursive)
{
	struct mount_attr attr = { .attr_set = set, .propagation = propagation };
	unsigned flags = AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0);

	return result(syscall(SYS_mount_setattr, fd, "", flags, &attr, sizeof(attr)));
}

int mount_clone_file(const char *path, uint64_t attributes)
{
	FD_CLEANUP int fd = mount_clone(AT_FDCWD, path, false);
	int r = fd < 0 ? fd : mount_attributes(fd, attributes, 0, false);

	return r < 0 ? r : fd_steal(&fd);
}

static int set_option(int fs, const char *word, size_t n)
{
	char option[256];
	char *equals;

	if (str_copy_bytes(option, sizeof(option), word, n) < 0)
		return -EINVAL;
	equals = strchr(option, '=');
	if (!equals)
		return result(syscall(SYS_fsconfig, fs, FSCONFIG_SET_FLAG, option, NULL, 0));
	*equals = '\0';
	return result(syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, option, equals + 1, 0));
}

static int set_options(int fs, const char *options)
{
	while (options && *options) {
		size_t n = strcspn(options, ",");
		int r = set_option(fs, options, n);

		if (r < 0)
			return r;
		options += n;
		if (*options == ',')
			options++;
	}
	return 0;
}

int mount_new(const char *type, const char *source, const char *options, uint64_t attributes)
{
	FD_CLEANUP int fs = result(syscall(SYS_fsopen, type, FSOPEN_CLOEXEC));
	int r;

	if (fs < 0)
		return fs;
	r = result(syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, "source", source, 0));
	if (r < 0)
		return r;
	r = set_options(fs, options);
	if (r < 0)
		return r;
	r = result(syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0));
	if (r < 0)
		return r;
	return result(syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, attributes));
}

int mount_reconfigure(const char *path, const char *options)
{
	FD_CLEANUP int fs = result(
		syscall(SYS_fspick, AT_FDCWD, path, FSPICK_CLOEXEC | FSPICK_SYMLINK_NOFOLLOW));
	int r;

	if (fs < 0)
		return fs;
	r = set_options(fs, options);
	return r < 0 ? r
		     : result(syscall(SYS_fsconfig, fs, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0));
}

int mount_make(const char *type)
{
	FD_CLEANUP int fs = result(syscall(SYS_fsopen, type, FSOPEN_CLOEXEC));

	return fs < 0 ? fs : result(syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0));
}

int mount_detach(int dirfd, const char *name)
{
	if (dirfd != AT_FDCWD && fchdir(dirfd) < 0)
		return -errno;
	return result(syscall(SYS_umount2, name, UMOUNT_DETACH | UMOUNT_NOT_LINK));
}

int mount_chroot(int new_root)
{
	if (fchdir(new_root) < 0 || chroot(".") < 0)
		return -errno;
	return result(chdir("/"));
}

int mount_pivot(int new_root)
{
	if (fchdir(new_root) < 0)
		return -errno;
	/* pivot_root(2), NOTES: the old root lands on top of the new one, at ".". */
	if (syscall(SYS_pivot_root, ".", ".") == 0) {
		int r = result(syscall(SYS_umount2, ".", UMOUNT_DETACH));

		if (r < 0)
			return r;
		return result(chdir("/"));
	}
	if (errno != EINVAL)
		return -errno;
	/* The root is an initramfs. Ours is mounted on top of it; setns(2) follows that, too. */
	if (chroot(".") < 0)
		return -errno;
	return result(chdir("/"));
}

int open_plain(const char *path)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_NO_SYMLINKS };

	/* No other call says it: where a seccomp filter refuses this one, so do we. */
	return result(syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how)));
}

int open_beneath(int dirfd, const char *path, int extra)
{
	struct open_how how = {
		.flags = (uint64_t)(O_PATH | O_CLOEXEC | extra),
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	};
	long fd = syscall(SYS_openat2, dirfd, path, &how, sizeof(how));

	if (fd >= 0 || (errno != ENOSYS && errno != EPERM))
		return result(fd);
	/* Some seccomp filters refuse openat2(2). Our own names hold no "..", so the last component
	 * is the only link that openat(2) could follow in a root that nobody else can reach. */
	return result(openat(dirfd, path, O_PATH | O_CLOEXEC | O_NOFOLLOW | extra));
}
