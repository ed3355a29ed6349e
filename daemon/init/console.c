/* SPDX-License-Identifier: MIT */
/* Opens terminals and sets them as BusyBox init does. */
#include "console.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/vt.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "core/str.h"
#include "environment.h"
#include "log.h"

enum { OPEN_TRIES = 5 };

bool console_reserve(void)
{
	bool missing = false;

	for (int fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
			continue;
		missing = true;
		/* The lowest free descriptor is this one. */
		if (open("/dev/null", O_RDWR) < 0)
			(void)open("/", O_RDONLY | O_DIRECTORY);
	}
	return missing;
}

/* Opens without waiting for a carrier, then blocking as programs expect it. */
static int open_device(const char *path, int flags)
{
	int fd = -1;

	for (int i = 0; i < OPEN_TRIES && fd < 0; i++)
		fd = open(path, flags | O_NONBLOCK);
	if (fd >= 0)
		(void)fcntl(fd, F_SETFL, flags); /* harmless if it stays as it is */
	return fd < 0 ? -errno : fd;
}

static int onto_stdio(int fd)
{
	for (int i = 0; i <= 2; i++) {
		if (fd != i && dup2(fd, i) < 0)
			return -errno;
	}
	if (fd > 2)
		(void)close(fd); /* its copies stay */
	return 0;
}

/* BusyBox's set_sane_term(): baud rate, size and parity stay. */
static void make_sane(void)
{
	struct termios tty;

	if (tcgetattr(STDIN_FILENO, &tty) < 0)
		return;
	tty.c_cc[VINTR] = 3;	/* ^C */
	tty.c_cc[VQUIT] = 28;	/* ^\ */
	tty.c_cc[VERASE] = 127; /* ^? */
	tty.c_cc[VKILL] = 21;	/* ^U */
	tty.c_cc[VEOF] = 4;	/* ^D */
	tty.c_cc[VSTART] = 17;	/* ^Q */
	tty.c_cc[VSTOP] = 19;	/* ^S */
	tty.c_cc[VSUSP] = 26;	/* ^Z */
	tty.c_line = 0;
	tty.c_cflag &= CBAUD | CBAUDEX | CSIZE | CSTOPB | PARENB | PARODD | CMSPAR | CRTSCTS;
	tty.c_cflag |= CREAD | HUPCL | CLOCAL;
	tty.c_iflag = ICRNL | IXON | IXOFF;
	tty.c_oflag = OPOST | ONLCR;
	tty.c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN;
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &tty); /* it works as it is, too */
}

int console_reopen(const char *path)
{
	int fd = open_device(path, O_RDWR | O_NOCTTY);

	return fd < 0 ? fd : onto_stdio(fd);
}

void console_init(void)
{
	const char *path = getenv("CONSOLE");
	const char *term = getenv("TERM");
	int vt, fd;

	if (!path)
		path = getenv("console");
	if (path) {
		fd = open(path, O_RDWR | O_NONBLOCK | O_NOCTTY);
		if (fd >= 0)
			(void)onto_stdio(fd); /* cannot fail: 0 to 2 are open */
	}
	/* No Linux virtual terminal: most likely a serial line. */
	if (ioctl(STDIN_FILENO, VT_OPENQRY, &vt) != 0) {
		if (!term || str_eq(term, "linux"))
			(void)environment_set("TERM", "vt102");
	} else if (!term) {
		(void)environment_set("TERM", "linux");
	}
	make_sane();
}

int console_take(const char *tty)
{
	int fd, r;

	if (!*tty) {
		make_sane();
		return 0;
	}
	(void)close(STDIN_FILENO);
	fd = open_device(tty, O_RDWR);
	if (fd == STDIN_FILENO)
		r = onto_stdio(fd);
	else
		r = fd < 0 ? fd : -EBADF;
	if (r < 0) {
		errno = -r;
		log_note("can't open %s: %m", tty); /* not each second on the console */
		return r;
	}
	make_sane();
	return 0;
}
