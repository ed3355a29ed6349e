/* SPDX-License-Identifier: MIT */
/* Names in a directory, without memory of our own. */
#include "sys/dirs.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/str.h"

/* struct linux_dirent64, getdents(2): ino, off, then these. */
enum { RECLEN_AT = 16, NAME_AT = 19 };

void dirs_begin(struct dirs *dirs, int fd)
{
	dirs->fd = fd;
	dirs->used = 0;
	dirs->at = 0;
}

int dirs_next(struct dirs *dirs, const char **ret_name)
{
	for (;;) {
		const char *entry = dirs->buf + dirs->at;
		uint16_t length;

		if (dirs->at == dirs->used) {
			dirs->at = 0;
			dirs->used =
				syscall(SYS_getdents64, dirs->fd, dirs->buf, sizeof(dirs->buf));
			if (dirs->used <= 0) {
				int r = dirs->used < 0 ? -errno : 0;

				dirs->used = 0;
				return r;
			}
			continue;
		}
		memcpy(&length, entry + RECLEN_AT, sizeof(length));
		dirs->at += length;
		*ret_name = entry + NAME_AT;
		if (!str_eq(*ret_name, ".") && !str_eq(*ret_name, ".."))
			return 1;
	}
}

int dirs_empty(int fd)
{
	struct dirs dirs;
	const char *name;
	int r;

	dirs_begin(&dirs, fd);
	r = dirs_next(&dirs, &name);
	return r < 0 ? r : r == 0;
}
