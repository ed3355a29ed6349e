/* SPDX-License-Identifier: MIT */
/* A child removes the folder: it reads from a pipe until nobody can write to it any more. */
#include "base/tempdir.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files.h"
#include "base/walk.h"
#include "core/err.h"
#include "core/path_size.h"
#include "sys/fd.h"

/* Whatever else is open is not ours to hold: a connection or a lock may go with its last holder. */
static void close_others(int fd)
{
	if (fd > 3)
		(void)syscall(SYS_close_range, 3U, (unsigned)fd - 1, 0U); /* since Linux 5.9 */
	(void)syscall(SYS_close_range, (unsigned)fd + 1, ~0U, 0U);
}

static _Noreturn void keep_watch(const char *dir, int fd)
{
	static const int ignored[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };
	char byte;

	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		(void)signal(ignored[i], SIG_IGN); /* they are for the caller */
	close_others(fd);
	while (read(fd, &byte, 1) < 0 && errno == EINTR)
		;
	_exit(walk_remove(dir, NULL) < 0);
}

int tempdir_make(struct tempdir *ret, struct err *err)
{
	int ends[2], r = 0;

	*ret = (struct tempdir){ .fd = -1 };
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(err, errno, "cannot make a pipe");
	r = files_temporary(ret->dir, "busypy-", err);
	if (r == 0 && !mkdtemp(ret->dir))
		r = err_set(err, errno, "cannot create a temporary folder");
	if (r < 0) {
		ret->dir[0] = '\0';
		fd_close(&ends[0]);
		fd_close(&ends[1]);
		return r;
	}
	ret->pid = fork();
	if (ret->pid == 0) {
		(void)close(ends[1]);
		keep_watch(ret->dir, ends[0]);
	}
	fd_close(&ends[0]);
	ret->fd = ends[1]; /* without a child it is removed by tempdir_drop() alone */
	return 0;
}

void tempdir_drop(struct tempdir *tempdir)
{
	if (!tempdir->dir[0])
		return;
	(void)walk_remove(tempdir->dir, NULL); /* the child tries again */
	fd_close(&tempdir->fd);
	while (tempdir->pid > 0 && waitpid(tempdir->pid, NULL, 0) < 0 && errno == EINTR)
		;
	tempdir->dir[0] = '\0';
}
