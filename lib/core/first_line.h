/* SPDX-License-Identifier: MIT */
/* What a script's first line promises: whether the handler takes it, which interpreter of a tree it
 * means, and what is wrong with it. `add`, `check` and `explain` all ask here. How the kernel reads
 * the line is lib/core/shebang, how it matches entries lib/core/rule. */
#ifndef BUSYPY_CORE_FIRST_LINE_H
#define BUSYPY_CORE_FIRST_LINE_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct python_call;
struct python_minors;
struct shebang;

enum first_line {
	FIRST_LINE_OURS,	/* names an interpreter of the tree, as the handler matches it */
	FIRST_LINE_UNMATCHED,	/* names one, but not as the handler matches it: "#!  /..." */
	FIRST_LINE_PYTHON,	/* Python by another name, which the handler does not match */
	FIRST_LINE_ENV,		/* env PROGRAM, which the handler does not match either */
	FIRST_LINE_ENV_REFUSES, /* env python3, as the handler matches it, but env would not take it
				 */
	FIRST_LINE_STRAY,	/* names Python, which does not run the script by its words */
	FIRST_LINE_OTHER,	/* names another program: only in a view it is the tree's */
	FIRST_LINE_RETURN,	/* its last word ends with a carriage return */
	FIRST_LINE_LONG,	/* the kernel may cut it */
	FIRST_LINE_EMPTY,	/* "#!" and no name */
	FIRST_LINE_NONE		/* no "#!" */
};

/* Interpreter number i of a tree, as the handler matches them unless the configuration says
 * otherwise; NULL after the last. */
const char *first_line_interpreter(size_t i);

/* By which lines env starts the tree's Python: number i of them, as the handler matches them unless
 * the configuration says otherwise; NULL after the last. */
const char *first_line_by_env(size_t i);

/* In what follows, several are the Pythons that a first line can name by number, because the tree
 * has them side by side; NULL: none.
 *
 * Tells what the first n bytes of a file are. ret is filled in for all but LONG, EMPTY and NONE.
 * *ret_better is the first line to write instead: static storage, or NULL if none is known. */
enum first_line first_line_check(const char *bytes, size_t n, const struct python_minors *several,
				 struct shebang *ret, const char **ret_better);

/* True if the handler's entries for those interpreters take a file that begins so, whatever else is
 * wrong with its first line. */
bool first_line_matched(const char *bytes, size_t n, const struct python_minors *several);

/* True if the kernel starts the tree's Python for it, or would if the handler matched it. */
bool first_line_is_python(const char *bytes, size_t n, const struct python_minors *several);

/* Which of them it names by its number; 0: python3, or none. */
unsigned first_line_minor(const char *bytes, size_t n, const struct python_minors *several);

/* What the tree's Python does by such a line: 1 if it runs the script, and ret then says how; 0,
 * with a sentence, if not; without one where not first_line_is_python(). ret->minor is given. */
int first_line_python(const char *bytes, size_t n, const struct python_minors *several,
		      struct python_call *ret, struct err *err);

#endif
