/* SPDX-License-Identifier: MIT */
/* Looks at what was opened; what does not suit is removed, and made again. */
#include "base/own_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/below.h"
#include "sys/fd.h"

enum { TRIES = 64 };

/* Nobody else can open it, as far as the file system tells users apart. */
static bool is_own(int dir, const struct stat *st)
{
	struct stat fresh;

	if (!S_ISREG(st->st_mode))
		return false;
	if (st->st_uid == geteuid() && !(st->st_mode & 077))
		return true;
	return below_stat_new(dir, &fresh) == 0 && fresh.st_uid == st->st_uid &&
	       fresh.st_mode == st->st_mode;
}

int own_lock_open(int dir, const char *name)
{
	const int flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

	/* others may put theirs there again and again */
	for (unsigned tries = 0; tries < TRIES; tries++) {
		FD_CLEANUP int fd = openat(dir, name, flags, 0600);
		struct stat st;

		if (fd >= 0 && fstat(fd, &st) == 0 && is_own(dir, &st))
			return fd_steal(&fd);
		/* a link, a socket, another user's */
		if (fd < 0 && errno != ELOOP && errno != ENXIO && errno != EACCES)
			return -errno;
		if (unlinkat(dir, name, 0) < 0 && errno != ENOENT)
			return -errno;
	}
	return -EAGAIN;
}
