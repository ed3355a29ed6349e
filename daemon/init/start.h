/* SPDX-License-Identifier: MIT */
/* The child's side of starting a command, up to its exec. */
#ifndef BUSYPY_DAEMON_INIT_START_H
#define BUSYPY_DAEMON_INIT_START_H

/* The exit status of a child whose exec has failed. */
enum { START_FAILED = 255 };

struct start {
	const char *command;
	void (*work)(void); /* done instead of a command, which is then its name; may be NULL */
	const char *tty;    /* "": init's */
	unsigned flags;	    /* enum process_flags */
};

/* Becomes the command, on tty; ends with 1 if tty cannot be opened, with START_FAILED if the exec
 * fails. */
_Noreturn void start_child(const struct start *start);

/* In a child: gives it a process group of its own, which takes the terminal's foreground from the
 * parent's. */
void start_foreground(void);

/* Executes the command; returns if that fails, which has been explained on the console. */
void start_exec(const char *command);

#endif
