/* SPDX-License-Identifier: MIT */
/* A table of file systems and the plans that mount them; pure. */
#include "core/boot.h"

#include <stddef.h>
#include <stdint.h>

#include "core/plan.h"

static const struct {
	const char *path, *type, *options;
	unsigned flags;
	uint32_t mode; /* of the mount point, where it has to be made */
} mounts[BOOT_MOUNTS] = {
	[BOOT_PROC] = { "/proc", "proc", NULL, OP_NOSUID | OP_NODEV | OP_NOEXEC, 0555 },
	[BOOT_SYS] = { "/sys", "sysfs", NULL, OP_NOSUID | OP_NODEV | OP_NOEXEC, 0555 },
	[BOOT_DEV] = { "/dev", "devtmpfs", "mode=0755", OP_NOSUID, 0755 },
	[BOOT_PTS] = { "/dev/pts", "devpts", "mode=0620,ptmxmode=0666,gid=5", OP_NOSUID | OP_NOEXEC,
		       0755 },
	[BOOT_SHM] = { "/dev/shm", "tmpfs", "mode=1777", OP_NOSUID | OP_NODEV, 01777 },
	[BOOT_RUN] = { "/run", "tmpfs", "mode=0755", OP_NOSUID | OP_NODEV, 0755 },
	[BOOT_TMP] = { "/tmp", "tmpfs", "mode=1777", OP_NOSUID | OP_NODEV, 01777 },
};

const char *boot_path(enum boot_mount which)
{
	return mounts[which].path;
}

const char *boot_type(enum boot_mount which)
{
	return mounts[which].type;
}

static void add_mount(struct plan *plan, enum boot_mount which, const char *type)
{
	const char *dst = mounts[which].path + 1;

	plan_add(plan, &(struct op){ .type = OP_HERE });
	plan_add(plan, &(struct op){ .type = OP_MKDIR, .dst = dst, .mode = mounts[which].mode });
	plan_add(plan, &(struct op){ .type = OP_MOUNT,
				     .src = type,
				     .dst = dst,
				     .data = mounts[which].options,
				     .flags = mounts[which].flags });
}

static void add_dev_links(struct plan *plan)
{
	static const char *const links[][2] = {
		{ "dev/fd", "/proc/self/fd" },
		{ "dev/stdin", "/proc/self/fd/0" },
		{ "dev/stdout", "/proc/self/fd/1" },
		{ "dev/stderr", "/proc/self/fd/2" },
	};

	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		plan_add(plan, &(struct op){ .type = OP_SYMLINK,
					     .dst = links[i][0],
					     .data = links[i][1] });
}

void boot_plan(enum boot_mount which, struct plan *ret)
{
	plan_init(ret);
	add_mount(ret, which, mounts[which].type);
	if (which == BOOT_DEV)
		add_dev_links(ret);
}

void boot_plan_plain_dev(struct plan *ret)
{
	plan_init(ret);
	add_mount(ret, BOOT_DEV, "tmpfs");
	add_dev_links(ret);
	plan_add(ret, &(struct op){ .type = OP_SYMLINK, .dst = "dev/ptmx", .data = "pts/ptmx" });
}
