/* SPDX-License-Identifier: MIT */
/* Signals, which are never handled but waited for, with deadlines; what they ask for. */
#ifndef BUSYPY_DAEMON_INIT_SIGNALS_H
#define BUSYPY_DAEMON_INIT_SIGNALS_H

#include <stdint.h>

enum ending;

/* A deadline that never comes. */
#define SIGNALS_NEVER UINT64_MAX

/* Which signals a wait takes; the others stay pending, so that none is lost. */
enum signals_which {
	SIGNALS_ALL,	 /* all signals that PID 1 serves */
	SIGNALS_COMMAND, /* the same without CHLD, TSTP and CONT: for a look in between */
	SIGNALS_WAITING, /* while an entry is waited for: CHLD, TSTP, CONT */
	SIGNALS_STOPPED, /* after TSTP: CHLD, CONT */
	SIGNALS_CHILD	 /* only CHLD: nothing interrupts a shutdown */
};

/* Blocks them all, before anything else: some users send poweroff very early. */
void signals_block(void);

/* In a child: as a program expects to find them. */
void signals_reset(void);

/* The one blocking call: the next of these signals, or 0 at the deadline (clock_ms()'s time; 0:
 * only a look). */
int signals_wait(enum signals_which which, uint64_t deadline);

/* What halt, poweroff and reboot ask for by a signal; ENDING_NONE for all others. */
enum ending signals_ending(int sig);

#endif
