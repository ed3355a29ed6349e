/* SPDX-License-Identifier: MIT */
/* Finds the working directory again in a view: by its path, if that is the same directory. */
#include "sys/cwd.h"

#include <errno.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/path_size.h"
#include "core/str.h"
#include "sys/pages.h"

/* The system call itself: a C library may search upwards where the kernel has no path. A directory
 * outside of the root is told as "(unreachable)/...". */
static const char *path_of_here(char *dst, size_t size)
{
	return dst && syscall(SYS_getcwd, dst, size) > 0 ? dst : NULL;
}

void cwd_get(struct cwd *ret)
{
	struct stat st;

	ret->path = path_of_here(ret->near, sizeof(ret->near));
	if (!ret->path && errno == ERANGE)
		ret->path = path_of_here(pages_get(PATH_SIZE), PATH_SIZE);
	if (!ret->path || ret->path[0] != '/')
		ret->path = "";
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
