/* SPDX-License-Identifier: MIT */
/* How a process ended, as a shell has it in $?. */
#ifndef BUSYPY_CORE_ENDING_H
#define BUSYPY_CORE_ENDING_H

/* Its own exit status, or 128 and the number of the signal; for what wait(2) says. */
int ending_status(int wait_status);

/* The same for one that a signal ends. */
int ending_of_signal(int signal);

#endif
