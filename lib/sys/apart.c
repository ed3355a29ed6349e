/* SPDX-License-Identifier: MIT */
/* Work in a process of its own, so that one that hangs holds nobody up. */
#include "sys/apart.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/err.h"
#include "sys/fd.h"

int apart_begin(int (*work)(struct err *err, void *ctx), void *ctx, struct apart *ret,
		struct err *err)
{
	struct err theirs = { 0 };
	int channel[2], saved;
	pid_t child;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel) < 0)
		return err_set(err, errno, "cannot make a socket pair");
	child = fork();
	saved = errno;
	if (child == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* a courtesy; work ends by itself */
		(void)close(channel[0]);
		theirs.code = -work(&theirs, ctx);
		_exit(fd_write_all(channel[1], &theirs, sizeof(theirs)) < 0);
	}
	(void)close(channel[1]);
	if (child < 0) {
		(void)close(channel[0]);
		return err_set(err, saved, "cannot fork");
	}
	ret->pid = child;
	ret->fd = channel[0];
	return 0;
}

int apart_end(struct apart *apart, struct err *err)
{
	struct err theirs = { 0 };
	int r;

	if (fd_read_all(apart->fd, &theirs, sizeof(theirs)) != sizeof(theirs))
		r = err_say(err, ECHILD, "a child process has died");
	else if (theirs.code > 0)
		r = err_say(err, theirs.code, "%s", theirs.text);
	else
		r = -theirs.code;
	fd_close(&apart->fd);
	while (waitpid(apart->pid, NULL, 0) < 0 && errno == EINTR)
		;
	apart->pid = 0;
	apart->fd = -1;
	return r;
}

int apart_kill(struct apart *apart)
{
	if (apart->pid <= 0)
		return 1;
	(void)kill(apart->pid, SIGKILL); /* our own child, not yet waited for */
	fd_close(&apart->fd);
	apart->fd = -1;
	if (waitpid(apart->pid, NULL, WNOHANG) == 0)
		return 0;
	apart->pid = 0;
	return 1;
}

int apart_do(int (*work)(struct err *err, void *ctx), void *ctx, struct err *err)
{
	struct apart apart;
	int r = apart_begin(work, ctx, &apart, err);

	if (r < 0)
		return r;
	return apart_end(&apart, err);
}

int apart_do_within(int (*work)(struct err *err, void *ctx), void *ctx, unsigned ms,
		    struct err *err)
{
	struct apart apart;
	struct pollfd ended = { .events = POLLIN };
	int r = apart_begin(work, ctx, &apart, err);

	if (r < 0)
		return r;
	ended.fd = apart.fd;
	do {
		r = poll(&ended, 1, (int)ms);
	} while (r < 0 && errno == EINTR);
	if (r > 0)
		return apart_end(&apart, err);
	for (int tries = 0; tries < 50 && !apart_kill(&apart); tries++)
		(void)poll(NULL, 0, 1); /* a moment to die in */
	return err_say(err, ETIMEDOUT, "no answer within %u ms", ms);
}
