/* SPDX-License-Identifier: MIT */
/* Finds the working directory again in a view: by its path, if that is the same directory. */
#include "sys/cwd.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/str.h"

void cwd_get(struct cwd *ret)
{
	/* The system call itself: a C library may search upwards where the kernel has no path. A
	 * directory outside of the root is told as "(unreachable)/...". */
	long n = syscall(SYS_getcwd, ret->path, sizeof(ret->path));
	struct stat st;

	if (n <= 0 || ret->path[0] != '/')
		ret->path[0] = '\0';
	ret->known = stat(".", &st) == 0;
	if (ret->known) {
		ret->dev = st.st_dev;
		ret->ino = st.st_ino;
	}
}

static bool is_here(const struct cwd *cwd)
{
	struct stat st;

	if (!cwd->known || str_eq(cwd->path, "/"))
		return true;
	return stat(".", &st) == 0 && st.st_dev == cwd->dev && st.st_ino == cwd->ino;
}

int cwd_restore(const struct cwd *cwd, const char *instead)
{
	if (cwd->path[0] && chdir(cwd->path) == 0 && is_here(cwd))
		return 1;
	return chdir(instead) < 0 ? -errno : 0;
}
