/* SPDX-License-Identifier: MIT */
/* An inittab command as argument vector, split exactly as BusyBox init does it. */
#ifndef BUSYPY_CORE_COMMAND_H
#define BUSYPY_CORE_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

enum {
	COMMAND_TEXT_MAX = 16 * 1024 + 16, /* bytes for all words, NULs counted */
	COMMAND_WORDS_MAX = COMMAND_TEXT_MAX / 2 + 2
};

struct command {
	const char *path; /* what to execute: a path, or a name that PATH is searched for */
	char *argv[COMMAND_WORDS_MAX];
	bool login; /* a leading "-": try to get a controlling terminal */
	bool shell; /* it went to /bin/sh -c "exec ..." */
	char text[COMMAND_TEXT_MAX];
};

/* Splits at blanks; a command with a character that is special to a shell becomes
 * `/bin/sh -c "exec COMMAND"`. A leading "-" stays in argv[0] only. With a blank in front the path
 * is empty (BusyBox: such a command cannot be run). 0, or -E2BIG. */
int command_parse(const char *text, struct command *ret);

/* True if the text (without a leading "-") would be given to a shell. */
bool command_needs_shell(const char *text);

#endif
