/* SPDX-License-Identifier: MIT */
/* fork(2), a socket pair and one struct err. */
#include "apart.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "err.h"
#include "fd.h"

int apart_do(int (*work)(void *data, struct err *err), void *data, struct err *err)
{
	struct err theirs = { 0 };
	int channel[2], r;
	pid_t child;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel) < 0)
		return err_set(err, errno, "cannot make a socket pair");
	child = fork();
	if (child == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* a courtesy; work ends by itself */
		(void)close(channel[0]);
		theirs.code = -work(data, &theirs);
		_exit(fd_write_all(channel[1], &theirs, sizeof(theirs)) < 0);
	}
	r = child < 0 ? err_set(err, errno, "cannot fork") : 0;
	(void)close(channel[1]);
	if (r == 0 && fd_read_all(channel[0], &theirs, sizeof(theirs)) != sizeof(theirs))
		r = err_say(err, ECHILD, "a child process has died");
	if (r == 0 && theirs.code > 0)
		r = err_say(err, theirs.code, "%s", theirs.text);
	else if (r == 0)
		r = -theirs.code;
	(void)close(channel[0]);
	while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	return r;
}
