/* SPDX-License-Identifier: MIT */
/* What env(1) does with its words, as GNU's does (coreutils 9.1, src/env.c). Not for running it. */
#ifndef BUSYPY_CORE_ENV_CALL_H
#define BUSYPY_CORE_ENV_CALL_H

#include <stdbool.h>
#include <stddef.h>

struct env_variables;
struct err;

enum {
	ENV_TEXT_MAX = 4096, /* bytes of all words of -S */
	ENV_WORDS_MAX = 256,
	ENV_STATUS = 125 /* of env itself, where it starts nothing */
};

enum env_end {
	ENV_RUNS,   /* looks for a program and starts it */
	ENV_PRINTS, /* has none to start: prints the environment */
	ENV_FAILS,  /* says why not, and ends with ENV_STATUS */
	ENV_UNKNOWN /* an option that not every env has, or too many words */
};

struct env_call {
	const char *words[ENV_WORDS_MAX]; /* argv[0] first; those of -S are in text */
	size_t n;
	size_t program;	       /* which of the words it is */
	const char *directory; /* where env starts it, or NULL: where env was started */
	const char *path;      /* PATH, where it is looked for; NULL if there is none */
	bool ignores;	       /* it starts with no variable but those that are given */
	char text[ENV_TEXT_MAX];
	size_t used; /* bytes of text */
};

/* Reads env's words: ret->words and ret->n are given, ret->path is the caller's PATH, all else
 * zeros. variables may be NULL. With ENV_FAILS the sentence is env's own reason. */
enum env_end env_call_parse(struct env_call *ret, const struct env_variables *variables,
			    struct err *err);

#endif
