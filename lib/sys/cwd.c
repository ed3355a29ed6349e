/* SPDX-License-Identifier: MIT */
/* getcwd(2) and chdir(2). */
#include "cwd.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

void cwd_get(struct cwd *ret)
{
	/* The system call itself: a C library may search upwards where the kernel has no path. A
	 * directory outside of the root is told as "(unreachable)/...". */
	long n = syscall(SYS_getcwd, ret->path, sizeof(ret->path));

	if (n <= 0 || ret->path[0] != '/')
		ret->path[0] = '\0';
}

int cwd_restore(const struct cwd *cwd, const char *instead)
{
	if (cwd->path[0] && chdir(cwd->path) == 0)
		return 1;
	return chdir(instead) < 0 ? -errno : 0;
}
