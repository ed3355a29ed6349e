/* SPDX-License-Identifier: MIT */
/* The options of a command as a table, read by getopt_long(3). */
#ifndef BUSYPY_CLI_OPTIONS_H
#define BUSYPY_CLI_OPTIONS_H

#include <stdbool.h>

/* An option that was given with its argument. */
struct option_given {
	const char *command, *name; /* "--output" without the dashes */
	const char *text;
};

/* One option, and what is done with it: one of text, flag, bits and take. */
struct command_option {
	const char *name;  /* NULL ends the table */
	char letter;	   /* or 0 */
	const char **text; /* becomes the argument */
	bool *flag;	   /* becomes true */
	unsigned *bits, bit;
	/* reads the argument: 0, or prints a sentence and returns the exit status */
	int (*take)(const struct option_given *given, void *ctx);
	void *ctx;
};

/* Reads all options of argv; --help prints help and ends the process. 0, or prints a sentence and
 * returns the exit status. */
int options_parse(int argc, char **argv, const char *help, const struct command_option *options);

/* The same, but options end at the first word: what follows is that word's own. */
int options_parse_first(int argc, char **argv, const char *help,
			const struct command_option *options);

/* After that: 0 if least to most words are left, else says that the command needs what, and returns
 * the exit status. */
int options_words(int argc, char **argv, int least, int most, const char *what);

/* The place of the argument among words, which end with NULL: 0 or more. -1 if it is none. */
int options_word(const struct option_given *given, const char *const *words);

#endif
