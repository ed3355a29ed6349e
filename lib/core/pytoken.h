/* SPDX-License-Identifier: MIT */
/* The words of Python source, without comments and blanks: The Python Language Reference, 2. It
 * knows no grammar, and takes anything. */
#ifndef BUSYPY_CORE_PYTOKEN_H
#define BUSYPY_CORE_PYTOKEN_H

#include <stdbool.h>
#include <stddef.h>

enum pytoken_kind {
	PYTOKEN_END,
	PYTOKEN_NAME, /* a name, a keyword, a number */
	PYTOKEN_TEXT, /* a string: what stands between its quotes, escapes as they are written */
	PYTOKEN_LINE_END,
	PYTOKEN_BYTE /* any other */
};

struct pytoken {
	int kind;	  /* enum pytoken_kind */
	const char *text; /* in the source */
	size_t n;
	bool formatted; /* an f-string */
};

/* Set bytes and n; the rest is 0. */
struct pytokens {
	const char *bytes;
	size_t n, at;
	unsigned line;	/* ends of lines so far */
	unsigned depth; /* of brackets */
};

/* Takes the next token; *ret's kind is also returned. */
int pytoken_next(struct pytokens *tokens, struct pytoken *ret);

/* True if a token is this byte, this name. */
bool pytoken_is(const struct pytoken *token, char byte);
bool pytoken_named(const struct pytoken *token, const char *name);

#endif
