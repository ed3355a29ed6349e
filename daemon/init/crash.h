/* SPDX-License-Identifier: MIT */
/* What follows a crash of PID 1 itself: a message, then busypy.fail's policy instead of a panic. */
#ifndef BUSYPY_DAEMON_INIT_CRASH_H
#define BUSYPY_DAEMON_INIT_CRASH_H

struct init;

/* Catches SEGV, BUS, FPE, ILL and ABRT. init must stay where it is. */
void crash_catch(const struct init *init);

#endif
