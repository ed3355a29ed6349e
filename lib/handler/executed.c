/* SPDX-License-Identifier: MIT */
/* Looks at /proc/PID/exe of all processes. */
#include "handler/executed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "core/contract.h"
#include "core/err.h"
#include "sys/dirs.h"
#include "sys/fd.h"
#include "sys/probe.h"

bool executed_of(const char *path, struct executed *ret)
{
	struct place place;

	if (probe_place(AT_FDCWD, path, &place, NULL) < 0)
		return false;
	*ret = (struct executed){ .dev = place.dev, .ino = place.ino };
	return true;
}

static void note(const char *pid, struct executed *files, size_t n)
{
	char path[64];
	struct place place;

	if (pid[0] < '1' || pid[0] > '9' ||
	    snprintf(path, sizeof(path), "/proc/%s/exe", pid) >= (int)sizeof(path) ||
	    probe_place(AT_FDCWD, path, &place, NULL) < 0) /* a thread of the kernel, or gone */
		return;
	for (size_t i = 0; i < n; i++)
		files[i].used |= place.dev == files[i].dev && place.ino == files[i].ino;
}

int executed_find(struct executed *files, size_t n, struct err *err)
{
	FD_CLEANUP int fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirs dirs;
	const char *name;
	int used = 0, r;

	if (fd < 0)
		return err_set(err, errno, "cannot list /proc");
	dirs_begin(&dirs, fd);
	while ((r = dirs_next(&dirs, &name)) > 0)
		note(name, files, n);
	if (r < 0)
		return err_set(err, -r, "cannot list /proc");
	for (size_t i = 0; i < n; i++)
		used += files[i].used;
	return used;
}
