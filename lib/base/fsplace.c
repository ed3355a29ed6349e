/* SPDX-License-Identifier: MIT */
/* The mount's root in the file system and the path below the mount point, put together. */
#include "base/fsplace.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/stat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/mountline.h"
#include "core/str.h"
#include "sys/fd.h"

int fsplace_path(int fd, char ret[PATH_SIZE])
{
	int r = fd_where(fd, ret, PATH_SIZE);

	if (r < 0)
		return r;
	/* "(unreachable)/...", ".../x (deleted)" */
	if ((!str_eq(ret, "/") && !path_canonical(ret)) || str_ends(ret, " (deleted)"))
		return -ENOENT;
	return 0;
}

char *fsplace_mounts(void)
{
	FILE *file = fopen("/proc/self/mountinfo", "re");
	char *text = NULL;
	size_t size = 0;

	if (!file)
		return NULL;
	if (getdelim(&text, &size, '\0', file) < 0) {
		free(text);
		text = NULL;
	}
	(void)fclose(file); /* only read from */
	return text;
}

static int find_mount(const char *mounts, uint64_t number, struct mountline_root *ret)
{
	for (const char *line = mounts; *line;) {
		size_t n = strcspn(line, "\n");
		int r = mountline_root(line, n, number, ret);

		if (r != 0)
			return r < 0 ? r : 0;
		line += n + (line[n] == '\n');
	}
	return -ENOENT;
}

int fsplace_of(int fd, const char *mounts, struct fsplace *ret)
{
	struct mountline_root mount;
	char path[PATH_SIZE];
	struct statx stx;
	struct text text;
	const char *rest;
	int r = fsplace_path(fd, path);

	if (r < 0)
		return r;
	if (syscall(SYS_statx, fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_MNT_ID, &stx) < 0)
		return -errno;
	r = find_mount(mounts, stx.stx_mnt_id, &mount);
	if (r < 0)
		return r;
	if (!path_below(path, mount.path))
		return -ENOENT; /* mounted over */
	rest = str_eq(mount.path, "/") ? path : path + strlen(mount.path);
	text_init(&text, ret->path, sizeof(ret->path));
	text_add(&text, str_eq(mount.root, "/") ? "" : mount.root);
	text_add(&text, str_eq(rest, "/") ? "" : rest);
	if (text.used == 0)
		text_add(&text, "/");
	(void)str_copy(ret->device, sizeof(ret->device), mount.device); /* as large */
	return text_check(&text);
}

bool fsplace_in(const struct fsplace *a, const struct fsplace *b, bool *ret_within)
{
	*ret_within = !str_eq(a->path, b->path);
	return str_eq(a->device, b->device) && path_below(a->path, b->path);
}
