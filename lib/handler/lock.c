/* SPDX-License-Identifier: MIT */
/* Lets one enabling or disabling at a time: a file in /run, locked. */
#include "handler/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/err.h"
#include "sys/clock.h"
#include "sys/fd.h"

#define LOCK_FILE "/run/busypy.lock"

enum { AGAIN_MS = 10 };

/* flock(2) has no time limit. */
static int wait_for(int fd, uint64_t until)
{
	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK || clock_ms() >= until)
			return -1;
		(void)poll(NULL, 0, AGAIN_MS);
	}
	return 0;
}

static int say_held(struct err *err)
{
	return err_say(err, EBUSY,
		       "another enabling or disabling has not ended yet (Hint: 'fuser -v " LOCK_FILE
		       "' shows it)");
}

/* Only root can open the file, and so nobody else can hold us up. It is removed in the end, so
 * whoever has waited for it must check that it is still the same file. */
int lock_take(unsigned ms, struct err *err)
{
	uint64_t until = clock_ms() + ms;

	for (;;) {
		FD_CLEANUP int fd =
			open(LOCK_FILE, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
		struct stat locked, there;

		if (fd < 0)
			return err_set(err, errno, "cannot create " LOCK_FILE);
		if (wait_for(fd, until) < 0 || fstat(fd, &locked) < 0)
			return errno == EWOULDBLOCK ? say_held(err)
						    : err_set(err, errno, "cannot lock " LOCK_FILE);
		if (stat(LOCK_FILE, &there) == 0 && there.st_dev == locked.st_dev &&
		    there.st_ino == locked.st_ino)
			return fd_steal(&fd);
	}
}

void lock_give_back(int *fd)
{
	if (*fd >= 0) {
		(void)unlink(LOCK_FILE); /* the next run makes a new one */
		/* needed if a child that could not be killed still has the descriptor */
		(void)flock(*fd, LOCK_UN);
	}
	fd_close(fd);
}
