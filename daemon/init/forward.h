/* SPDX-License-Identifier: MIT */
/* One program instead of an inittab. */
#ifndef BUSYPY_DAEMON_INIT_FORWARD_H
#define BUSYPY_DAEMON_INIT_FORWARD_H

struct init;

/* `init --subreaper PROGRAM [ARG...]`: runs it in a process group of its own, adopts and reaps what
 * its descendants leave behind, passes signals on; its exit status, as a shell has it. */
int forward_program(struct init *init, char **argv);

/* `init --adopt PID`: the same for a child that the process had before it executed init. */
int forward_adopted(struct init *init, int pid);

#endif
