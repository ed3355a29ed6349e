/* SPDX-License-Identifier: MIT */
/* Looks at /proc/PID/exe of all processes. */
#include "handler/executed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "core/contract.h"
#include "core/err.h"
#include "core/path_size.h"
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

/* Whether a process executes a file by the name that has a part. */
static bool goes_by(const struct executed *file, const char *exe)
{
	return file->part && strstr(exe, file->part);
}

static bool is_at(const struct executed *file, const struct place *place)
{
	return place->dev == file->dev && place->ino == file->ino;
}

/* All names of the file, of which one may be that of the process. */
static void note_names(const struct place *place, const char *exe, struct executed *files, size_t n)
{
	bool told = false;

	for (size_t i = 0; i < n; i++)
		told |= is_at(&files[i], place) && goes_by(&files[i], exe);
	for (size_t i = 0; i < n; i++)
		files[i].used |= is_at(&files[i], place) &&
				 (!told || !files[i].part || goes_by(&files[i], exe));
}

static void note(const char *pid, struct executed *files, size_t n)
{
	char path[64], exe[PATH_SIZE];
	struct place place;

	if (pid[0] < '1' || pid[0] > '9' ||
	    snprintf(path, sizeof(path), "/proc/%s/exe", pid) >= (int)sizeof(path) ||
	    probe_place(AT_FDCWD, path, &place, NULL) < 0) /* a thread of the kernel, or gone */
		return;
	if (fd_read_link(AT_FDCWD, path, exe, sizeof(exe)) < 0)
		exe[0] = '\0'; /* by any of its names */
	note_names(&place, exe, files, n);
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
