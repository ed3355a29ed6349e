/* SPDX-License-Identifier: MIT */
/* What PID 1 mounts before it composes anything: one small plan for each, since each may be there
 * already, or may fail without the others being of less use. */
#ifndef BUSYPY_CORE_BOOT_H
#define BUSYPY_CORE_BOOT_H

struct plan;

/* In the order in which they are mounted. */
enum boot_mount {
	BOOT_PROC,
	BOOT_SYS,
	BOOT_DEV,
	BOOT_PTS,
	BOOT_SHM,
	BOOT_RUN,
	BOOT_TMP,
	BOOT_MOUNTS /* how many */
};

/* Where it is mounted: an absolute path. Static storage. */
const char *boot_path(enum boot_mount which);

/* The type of its file system. Static storage. */
const char *boot_type(enum boot_mount which);

/* Builds the plan that mounts it on the root as it is. */
void boot_plan(enum boot_mount which, struct plan *ret);

/* A tmpfs on /dev instead, with the links that devtmpfs does not have either way: for kernels
 * without devtmpfs. The nodes are the caller's business. */
void boot_plan_plain_dev(struct plan *ret);

#endif
