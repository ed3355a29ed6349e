/* SPDX-License-Identifier: MIT */
/* The small programs' words to the user: one sentence on stderr, without stdio. */
#ifndef BUSYPY_BINFMT_WORDS_H
#define BUSYPY_BINFMT_WORDS_H

struct err;

/* Exit statuses, as a shell gives them. */
enum { WORDS_OURS = 125, WORDS_CANNOT_RUN = 126, WORDS_NOT_FOUND = 127 };

/* Prints "busypy: WHAT: sentence". */
void words_say(const char *what, const char *sentence);

/* Prints it and ends the process with this status. */
_Noreturn void words_die(int status, const char *what, const struct err *err);

#endif
