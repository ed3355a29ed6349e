/* SPDX-License-Identifier: MIT */
/* XDG_CACHE_HOME and HOME. */
#include "base/cache_home.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/files.h"

int cache_home(char *ret, struct err *err)
{
	const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

	if (geteuid() == 0)
		return files_path(ret, err, "/var/cache/busypy");
	if (base && base[0] == '/')
		return files_path(ret, err, "%s/busypy", base);
	if (home && home[0] == '/')
		return files_path(ret, err, "%s/.cache/busypy", home);
	return -ENOENT;
}
