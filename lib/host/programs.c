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
	/* beside a fresh build, and where `make install` puts them, whatever the prefix */
	static const char *const beside[] = { "", "../lib/busypy/" };
	char self[PATH_MAX];
	struct text text;
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	self[n > 0 ? n : 0] = '\0';
	slash = strrchr(self, '/');
	for (size_t i = 0; slash && i < sizeof(beside) / sizeof(beside[0]); i++) {
		slash[1] = '\0';
		text_init(&text, dst, size);
		text_addf(&text, "%s%s%s", self, beside[i], name);
		if (text_check(&text) == 0 && access(dst, X_OK) == 0)
			return 0;
	}
	if (path_join(dst, size, BUSYPY_LIBEXEC, name) == 0 && access(dst, X_OK) == 0)
		return 0;
	return err_hint(err,
			err_say(err, ENOENT, "cannot find the program %s in " BUSYPY_LIBEXEC, name),
			"make install");
}
