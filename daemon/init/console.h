/* SPDX-License-Identifier: MIT */
/* Descriptors 0 to 2, the terminal on them, and those of an entry. */
#ifndef BUSYPY_DAEMON_INIT_CONSOLE_H
#define BUSYPY_DAEMON_INIT_CONSOLE_H

#include <stdbool.h>

/* Makes sure that 0, 1 and 2 are open, so that nothing else lands there. True if one was not: the
 * kernel found no /dev/console. */
bool console_reserve(void);

/* Opens this device on 0 to 2. 0, or -errno, which leaves them as they were. */
int console_reopen(const char *path);

/* $CONSOLE or $console on 0 to 2 where set; TERM; sane settings. As BusyBox does it. */
void console_init(void);

/* In a child: tty ("" keeps what is there) on 0 to 2, with sane settings. Opened by a session
 * leader without a terminal, it becomes the controlling one. 0 or -errno. */
int console_take(const char *tty);

#endif
