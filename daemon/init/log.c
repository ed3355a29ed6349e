/* SPDX-License-Identifier: MIT */
/* Writes each line to the console, the kernel's log and boot.log, with one write(2) for each. */
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/err.h"
#include "core/name.h"
#include "sys/fd.h"
#include "signals.h"
#include "timeouts.h"

enum { LINE_MAX = 1280, EARLY_MAX = 4096 };

static int kmsg_fd = -1, file_fd = -1;
static unsigned log_is;
static size_t file_left = LOG_BYTES;
static char early[EARLY_MAX]; /* said before boot.log could be opened */
static size_t early_used;

void log_set(unsigned flags)
{
	log_is = flags;
}

static void to_file(const char *line, size_t n)
{
	if (file_fd < 0 && n <= sizeof(early) - early_used) {
		memcpy(early + early_used, line, n);
		early_used += n;
	}
	if (file_fd < 0 || n > file_left)
		return;
	file_left -= n;
	(void)fd_write_all(file_fd, line, n); /* a full /run loses the log, nothing else */
}

void log_open(void)
{
	if (kmsg_fd < 0 && (log_is & LOG_KMSG))
		kmsg_fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC | O_NOCTTY);
	if (file_fd >= 0)
		return;
	(void)mkdir("/run/busypy", 0755); /* if it is missing all the same, open tells */
	file_fd = open("/run/busypy/boot.log",
		       O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (file_fd < 0)
		return;
	to_file(early, early_used);
	early_used = 0;
}

/* A console may be stopped by ^S, or its other end may have gone to sleep. */
static void to_console(const char *line, size_t n)
{
	struct pollfd out = { .fd = STDERR_FILENO, .events = POLLOUT };
	ssize_t ignored;

	if (poll(&out, 1, CONSOLE_WAIT_MS) != 1)
		return;
	ignored = write(STDERR_FILENO, line, n);
	(void)ignored; /* nobody else to tell */
}

static void to_kmsg(const char *line, size_t n)
{
	static const char prefix[] = "<31>init: "; /* daemon.debug: not on the console again */
	char record[LINE_MAX + sizeof(prefix)];
	ssize_t ignored;

	if (kmsg_fd < 0)
		return;
	if (strncmp(line, "init: ", strlen("init: ")) == 0) { /* once is enough */
		line += strlen("init: ");
		n -= strlen("init: ");
	}
	memcpy(record, prefix, sizeof(prefix) - 1);
	memcpy(record + sizeof(prefix) - 1, line, n);
	ignored = write(kmsg_fd, record, sizeof(prefix) - 1 + n);
	(void)ignored; /* the kernel may limit the rate */
}

/* BusyBox's form: the carriage return, because a program may have left the cursor anywhere. */
static void __attribute__((format(printf, 2, 0)))
line_out(bool console, const char *format, va_list args)
{
	char raw[LINE_MAX], line[LINE_MAX];
	int saved = errno;
	size_t n;

	line[0] = '\r';
	if (vsnprintf(raw, sizeof(raw) - 2, format, args) < 0)
		return;
	/* what a program, an inittab or a server is called must not steer the console */
	(void)name_clean(raw, line + 1, sizeof(line) - 2);
	n = strlen(line + 1);
	line[1 + n] = '\n';
	if (console || (log_is & LOG_DEBUG))
		to_console(line + ((log_is & LOG_PLAIN) ? 1 : 0),
			   n + ((log_is & LOG_PLAIN) ? 1 : 2));
	to_kmsg(line + 1, n + 1);
	to_file(line + 1, n + 1);
	errno = saved;
}

void log_say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	line_out(true, format, args);
	va_end(args);
}

void log_note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	line_out(false, format, args);
	va_end(args);
}

void log_err(const char *what, const struct err *err)
{
	if (what)
		log_say("init: %s: %s", what, err->text);
	else
		log_say("init: %s", err->text);
}

void log_drain(void)
{
	for (int left = DRAIN_MS; left > 0; left -= DRAIN_STEP_MS) {
		int queued = 0;

		if (ioctl(STDERR_FILENO, TIOCOUTQ, &queued) < 0 || queued == 0)
			return;
		(void)poll(NULL, 0, DRAIN_STEP_MS); /* a pause */
	}
}
