/* SPDX-License-Identifier: MIT */
/* Opens a descriptor's device again. Only devices for which that is the same thing: others may
 * begin anew with each open, or allow but one. */
#include "sandbox/device.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "core/path_size.h"
#include "sys/fd.h"
#include "sys/mount_api.h"

/* Documentation/admin-guide/devices.txt */
enum { MEMORY = 1, KMSG = 11, TTY = 5, PTMX = 2 };

/* Who owns it not, and has no rights, cannot change it. */
static bool is_ours(int fd, struct stat *ret)
{
	return fstat(fd, ret) == 0 && S_ISCHR(ret->st_mode) && ret->st_uid == geteuid();
}

/* With the flags of fd; does not wait for a carrier, and leaves 0 to 2 to those whose they are. */
static int open_as(int fd, const char *path)
{
	int flags = fcntl(fd, F_GETFL);
	FD_CLEANUP int low = flags < 0 ? -1
				       : open(path, (flags & (O_ACCMODE | O_APPEND)) | O_NONBLOCK |
							    O_NOCTTY | O_CLOEXEC);
	int r;

	if (low < 0)
		return -errno;
	(void)fcntl(low, F_SETFL, flags & (O_APPEND | O_NONBLOCK)); /* cannot fail */
	r = fcntl(low, F_DUPFD_CLOEXEC, 3);
	return r < 0 ? -errno : r;
}

/* The same node, if its path still leads to it. */
static int reopen_node(int fd, const struct stat *node)
{
	char self[FD_PATH_SIZE], path[PATH_SIZE];
	FD_CLEANUP int mount = -1;
	struct stat st;
	int r = fd_where(fd, path, sizeof(path));

	if (r < 0)
		return r;
	mount = mount_clone_file(path, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
	if (mount < 0)
		return mount;
	if (fstat(mount, &st) < 0 || st.st_dev != node->st_dev || st.st_ino != node->st_ino)
		return -ENOENT;
	fd_path(mount, self);
	return open_as(fd, self);
}

int device_reopen_outside(int fd)
{
	struct stat st;
	int r;

	if (!is_ours(fd, &st) || st.st_rdev == makedev(TTY, PTMX) ||
	    (st.st_rdev != makedev(MEMORY, KMSG) && !isatty(fd)))
		return 0;
	r = reopen_node(fd, &st);
	return r < 0 ? 0 : r;
}

int device_reopen_inside(int fd)
{
	static const char *const nodes[] = { [3] = "/dev/null",
					     [5] = "/dev/zero",
					     [7] = "/dev/full",
					     [8] = "/dev/random",
					     [9] = "/dev/urandom" };
	const char *path;
	struct stat st, found;

	if (!is_ours(fd, &st) || major(st.st_rdev) != MEMORY ||
	    minor(st.st_rdev) >= sizeof(nodes) / sizeof(nodes[0]))
		return 0;
	path = nodes[minor(st.st_rdev)];
	if (!path)
		return 0;
	if (stat(path, &found) < 0)
		return -errno;
	if (found.st_rdev != st.st_rdev || !S_ISCHR(found.st_mode))
		return -ENODEV;
	return open_as(fd, path);
}
