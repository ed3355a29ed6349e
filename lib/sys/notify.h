/* SPDX-License-Identifier: MIT */
/* What a service manager and the journal are told: one datagram each, in the formats of
 * sd_notify(3) and https://systemd.io/JOURNAL_NATIVE_PROTOCOL/. Written here because both are a few
 * lines of text to a socket, and libsystemd would be one more library in a privileged process. */
#ifndef BUSYPY_SYS_NOTIFY_H
#define BUSYPY_SYS_NOTIFY_H

#include <stdint.h>

/* Sends "KEY=value" lines to the socket named by NOTIFY_SOCKET; without one nothing happens. A
 * message that cannot be sent is lost: nobody waits for it. */
void notify_manager(const char *lines);

/* The watchdog's interval in microseconds, 0 if there is none for this process: WATCHDOG_USEC and
 * WATCHDOG_PID. */
uint64_t notify_watchdog_usec(void);

struct notify_field {
	const char *name; /* upper case: BUSYPY_TREE */
	const char *value;
};

/* Sends an entry to the journal: a priority as of syslog(3), MESSAGE, and the fields, up to one
 * without a name. -ENOENT if there is no journal; -errno. */
int notify_journal(int priority, const char *message, const struct notify_field *fields);

#endif
