/* SPDX-License-Identifier: MIT */
/* First lines that name env(1): the text of -S, as GNU's env splits it (coreutils, src/env.c), and
 * whether the tree's Python is meant. All of env's options: core/env_call. */
#ifndef BUSYPY_CORE_ENV_LINE_H
#define BUSYPY_CORE_ENV_LINE_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct shebang;
struct text;

#define ENV_PROGRAM "/usr/bin/env"
#define ENV_PYTHON "/usr/bin/python3" /* what the lines of the handler's entries mean */

/* Where the values of ${NAME} come from. */
struct env_variables {
	const char *(*get)(const char *name, void *ctx); /* NULL if it is not set */
	void *ctx;
};

/* Splits a text as env -S does: words with a NUL between two of them, their number in *ret_n.
 * variables may be NULL: none is set. -EINVAL with env's own reason; -E2BIG. */
int env_split(const char *text, const struct env_variables *variables, struct text *words,
	      size_t *ret_n, struct err *err);

/* True for what the handler has entries for, env python3 ... and env -S python3 ...; whether env
 * would start it is another question. */
bool env_line_names_python(const struct shebang *line);

/* 1 if such a line makes env start python3: *ret is the line that says so without env, with all
 * the words. 0 if not. -E2BIG if the words do not fit. */
int env_line_python(const struct shebang *line, const struct env_variables *variables,
		    struct shebang *ret);

#endif
