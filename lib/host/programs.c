/* SPDX-License-Identifier: MIT */
/* Finds loader and enter. */
#include "programs.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "str.h"

int programs_find(const char *name, char *dst, size_t size, struct err *err)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (n > 0) {
		self[n] = '\0';
		slash = strrchr(self, '/');
		if (slash)
			*slash = '\0';
		if (path_join(dst, size, self, name) == 0 && access(dst, X_OK) == 0)
			return 0;
	}
	if (path_join(dst, size, BUSYPY_LIBEXEC, name) == 0 && access(dst, X_OK) == 0)
		return 0;
	return err_hint(err,
			err_say(err, ENOENT, "cannot find the program %s in " BUSYPY_LIBEXEC, name),
			"make install");
}
