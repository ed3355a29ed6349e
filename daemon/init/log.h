/* SPDX-License-Identifier: MIT */
/* What PID 1 says: to the console, to the kernel's log, and to /run/busypy/boot.log. Never blocks
 * for long, never fails, allocates nothing. */
#ifndef BUSYPY_DAEMON_INIT_LOG_H
#define BUSYPY_DAEMON_INIT_LOG_H

struct err;

enum log_flags {
	LOG_KMSG = 1 << 0,  /* the kernel's log is ours to write to: not in a container */
	LOG_DEBUG = 1 << 1, /* notes go to the console, too */
	LOG_PLAIN = 1 << 2  /* standard error is no console: no carriage return */
};

void log_set(unsigned flags);

/* Opens what can be opened by now, and writes to boot.log what was said before. */
void log_open(void);

/* A line for everybody. */
void log_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A line for the logs only. */
void log_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* "init: WHAT: sentence" for everybody; what may be NULL. */
void log_err(const char *what, const struct err *err);

/* Waits until the console has sent what it was given, or for a while. */
void log_drain(void);

#endif
