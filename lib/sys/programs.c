/* SPDX-License-Identifier: MIT */
/* Looks relative to the running executable first, then below the prefix of the build. */
#include "sys/programs.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"

/* Tries each place relative to the executable's folder, then below the prefix; 0 or -ENOENT. */
static int find(const char *const *beside, size_t n, const char *installed, const char *name,
		char *dst, size_t size)
{
	char self[PATH_SIZE];
	struct text text;
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	self[length > 0 ? length : 0] = '\0';
	slash = strrchr(self, '/');
	for (size_t i = 0; slash && i < n; i++) {
		slash[1] = '\0';
		text_init(&text, dst, size);
		text_addf(&text, "%s%s%s", self, beside[i], name);
		if (text_check(&text) == 0 && access(dst, F_OK) == 0)
			return 0;
	}
	return path_join(dst, size, installed, name) == 0 && access(dst, F_OK) == 0 ? 0 : -ENOENT;
}

int programs_find(const char *name, char *dst, size_t size, struct err *err)
{
	static const char *const beside[] = { "", "../lib/busypy/", "../../bin/" };

	if (find(beside, 3, BUSYPY_LIBEXEC, name, dst, size) == 0)
		return 0;
	return err_say(err, ENOENT,
		       "cannot find the program %s in " BUSYPY_LIBEXEC " (Hint: make install)",
		       name);
}

int programs_find_rootfs(char *dst, size_t size, struct err *err)
{
	static const char *const beside[] = { "../", "../share/busypy/", "../../share/busypy/" };

	if (find(beside, 3, BUSYPY_SHARE, "rootfs", dst, size) == 0)
		return 0;
	return err_say(err, ENOENT,
		       "BusyPy's own programs are not in " BUSYPY_SHARE
		       "/rootfs (Hint: run 'make install', or give --rootfs DIR)");
}
