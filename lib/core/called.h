/* SPDX-License-Identifier: MIT */
/* Which programs a command starts, as far as its text tells for certain: a shell's line, or words
 * as execve(2) takes them. Through sudo, env and their like to the program behind them. */
#ifndef BUSYPY_CORE_CALLED_H
#define BUSYPY_CORE_CALLED_H

#include <stdbool.h>
#include <stddef.h>

enum {
	CALLED_MAX = 8, /* of one command; what is more is left out */
	CALLED_NAME_MAX = 128,
	CALLED_UNKNOWN = 1 /* a byte that stands for what is not known */
};

struct called {
	char names[CALLED_MAX][CALLED_NAME_MAX];
	size_t n;
};

/* Adds the programs of n words; one that has a byte CALLED_UNKNOWN is not known, and what it could
 * be is not guessed. */
void called_add_words(struct called *called, const char *const *words, size_t n);

/* Adds those of a shell's text. open: it goes on with what is not known. A shell's own commands are
 * none. */
void called_add_shell(struct called *called, const char *text, size_t n, bool open);

#endif
