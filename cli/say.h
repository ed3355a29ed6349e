/* SPDX-License-Identifier: MIT */
/* Words to the user: errors, usage, progress, plans. Form: "busypy: command: reason (Hint: ...)".
 */
#ifndef BUSYPY_CLI_SAY_H
#define BUSYPY_CLI_SAY_H

#include <stdio.h>

struct err;
struct plan;

/* Exit statuses, besides a program's own. */
enum { EXIT_TIMED_OUT = 124, EXIT_OURS = 125, EXIT_CANNOT_RUN = 126, EXIT_NOT_FOUND = 127 };

/* Prints "busypy: COMMAND: sentence" on stderr and returns EXIT_OURS. */
int say_err(const char *command, const struct err *err);

/* The same with a sentence of its own. */
int say_error(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "busypy: COMMAND: warning: sentence" on stderr. */
void say_warning(const char *command, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A text that may come from a hostile file: nothing in it reaches a terminal as a control. */
void say_text(FILE *to, const char *text);

/* Prints a plan on stdout: 0, or EXIT_OURS and a sentence of the command. */
int say_plan(const char *command, const struct plan *plan);

/* A wrong option or argument, which getopt_long has named already: prints where help is. */
int say_usage(const char *command);

/* One line on stderr that overwrites itself, only on a terminal; the second wipes it. */
void say_progress(const char *format, ...) __attribute__((format(printf, 1, 2)));
void say_progress_end(void);

#endif
