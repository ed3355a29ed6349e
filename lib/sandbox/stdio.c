/* SPDX-License-Identifier: MIT */
/* Standard input, output and error of a command: the caller's, as far as nothing can be done by
 * them but to read and write, and a terminal of its own in place of the caller's. */
#include "sandbox/stdio.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "core/err.h"
#include "sandbox/channel.h"
#include "sandbox/device.h"
#include "sandbox/sandbox.h"
#include "sys/fd.h"

/* A terminal of the sandbox's own devpts, with the caller's settings and size. */
static int open_terminal(int channel, const int stdio[3], struct err *err)
{
	FD_CLEANUP int master = open("/dev/pts/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
	FD_CLEANUP int slave = -1;
	struct termios settings;
	struct winsize size;
	int unlock = 0, r;

	if (master >= 0 && ioctl(master, TIOCSPTLCK, &unlock) == 0)
		slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0)
		return err_set(err, errno, "cannot make a terminal");
	for (int i = 0; i < 3; i++) {
		if (tcgetattr(stdio[i], &settings) < 0)
			continue;
		/* Settings and size are a courtesy. */
		(void)tcsetattr(slave, TCSANOW, &settings);
		if (ioctl(stdio[i], TIOCGWINSZ, &size) == 0)
			(void)ioctl(slave, TIOCSWINSZ, &size);
	}
	r = channel_send_descriptor(channel, CHANNEL_TERMINAL, master, err);
	if (r < 0)
		return r;
	return fd_steal(&slave);
}

void stdio_find(const struct sandbox_request *request, int ret[3])
{
	memcpy(ret, request->stdio, 3 * sizeof(*ret));
	for (int i = 0; i < 3; i++) {
		bool replaced = request->flags & SANDBOX_TERMINAL && isatty(ret[i]);
		int fd = replaced ? 0 : device_reopen_outside(ret[i]);

		ret[i] = fd > 0 ? fd : ret[i];
	}
}

int stdio_take(const struct sandbox_request *request, int channel, int wanted[3], struct err *err)
{
	int slave = -1;

	for (int i = 0; i < 3; i++) {
		int fd = device_reopen_inside(wanted[i]);

		if (fd < 0)
			return err_set(err, -fd, "cannot open descriptor %d's device", i);
		wanted[i] = fd > 0 ? fd : wanted[i];
	}
	if (request->flags & SANDBOX_TERMINAL) {
		slave = open_terminal(channel, wanted, err);
		if (slave < 0)
			return slave;
	}
	for (int i = 0; i < 3; i++) {
		if (slave >= 0 && isatty(wanted[i]))
			wanted[i] = slave;
		else if (wanted[i] != i)
			wanted[i] = fcntl(wanted[i], F_DUPFD_CLOEXEC, 3);
	}
	for (int i = 0; i < 3; i++) {
		if (wanted[i] != i && dup2(wanted[i], i) < 0)
			return err_set(err, errno, "cannot pass on descriptor %d", i);
	}
	if (slave >= 0 && ioctl(slave, TIOCSCTTY, 0) < 0)
		return err_set(err, errno, "cannot take the terminal");
	return 0;
}
