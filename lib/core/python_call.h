/* SPDX-License-Identifier: MIT */
/* What python3 does with its words: CPython 3.8 to 3.14, Python/getopt.c, Python/preconfig.c and
 * Python/initconfig.c. Not for running it, and not what a program of its does. */
#ifndef BUSYPY_CORE_PYTHON_CALL_H
#define BUSYPY_CORE_PYTHON_CALL_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct shebang;

enum { PYTHON_USAGE = 2, PYTHON_FATAL = 1 /* exit statuses */ };

enum python_end {
	PYTHON_RUNS,	/* the program is in a file: words[script] */
	PYTHON_COMMAND, /* it is text: -c */
	PYTHON_MODULE,	/* it is the module text: -m */
	PYTHON_STDIN,	/* it is read from standard input */
	PYTHON_PRINTS,	/* its version, or help: status 0 */
	PYTHON_FAILS	/* says why not, and ends with status */
};

struct python_call {
	const char *const *words; /* argv[0] first */
	size_t n;
	unsigned minor; /* 11 for 3.11; 0: not known, as of today */
	/* what comes of them */
	size_t script;
	const char *text; /* borrowed from words */
	int status;
	bool no_site;  /* -S: only the standard library is to be imported from */
	bool isolated; /* -I: no PYTHON... variable counts, nor the working directory */
	bool ignores;  /* -E: no PYTHON... variable counts */
	bool skips;    /* -x: the first line is no source */
	bool inspects; /* -i: afterwards it reads commands from standard input */
};

/* Reads the words; words, n and minor are given. With PYTHON_FAILS the sentence is Python's own
 * reason; err may be NULL. */
enum python_end python_call_parse(struct python_call *call, struct err *err);

/* What Python does by this first line with a script that is started without arguments: 1 if it runs
 * it, or, by -c or -m, what the line says; 0, with a sentence, if not. ret->minor is given. */
int python_call_line(const struct shebang *line, struct python_call *ret, struct err *err);

/* Adds what to write instead of the word that a first line passes to Python. Returns 0. */
int python_call_hint(const char *word, struct err *err);

#endif
