/* SPDX-License-Identifier: MIT */
/* Looks at what was opened; what does not suit is removed, and made again. */
#include "base/own_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/fd.h"

int own_lock_open(int dir, const char *name)
{
	const int flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

	for (;;) {
		FD_CLEANUP int fd = openat(dir, name, flags, 0600);
		struct stat st;

		if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && !(st.st_mode & 077) &&
		    st.st_uid == geteuid())
			return fd_steal(&fd);
		/* a link, a socket, another user's */
		if (fd < 0 && errno != ELOOP && errno != ENXIO && errno != EACCES)
			return -errno;
		if (unlinkat(dir, name, 0) < 0 && errno != ENOENT)
			return -errno;
	}
}
