/* SPDX-License-Identifier: MIT */
/* Unmounts everything, from the last mount to the first. */
#include "unmount.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "core/mountline.h"
#include "core/str.h"
#include "sys/fd.h"

enum { TABLE_MAX = 256 * 1024 /* bytes of mountinfo; what comes after stays mounted */ };

static char table[TABLE_MAX];

/* True for those with nothing to write back; init still needs some of them. */
static bool is_kernels_own(const char *type)
{
	static const char *const types[] = {
		"proc",	   "sysfs",  "devtmpfs", "devpts", "cgroup",
		"cgroup2", "rootfs", "ramfs",	 "mqueue", "securityfs"
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (str_eq(type, types[i]))
			return true;
	}
	return false;
}

static void let_go(const struct mountline *mount_point)
{
	if (is_kernels_own(mount_point->type))
		return;
	if (!str_eq(mount_point->path, "/") && umount2(mount_point->path, UMOUNT_NOFOLLOW) == 0)
		return;
	/* In use, or the root: made read-only, but for a tmpfs, which has nothing to write. */
	if (!str_eq(mount_point->type, "tmpfs"))
		(void)mount(NULL, mount_point->path, NULL, MS_REMOUNT | MS_RDONLY, NULL);
}

void unmount_all(void *ctx)
{
	static struct mountline line;
	FD_CLEANUP int fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : fd_read_all(fd, table, sizeof(table));
	size_t end = n > 0 ? (size_t)n : 0;

	(void)ctx;
	while (end > 0) {
		const char *newline = end > 1 ? memrchr(table, '\n', end - 1) : NULL;
		size_t begin = newline ? (size_t)(newline - table) + 1 : 0;

		if (mountline_parse(table + begin, end - begin - 1, &line) == 0)
			let_go(&line);
		end = begin;
	}
	sync();
}
