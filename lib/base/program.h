/* SPDX-License-Identifier: MIT */
/* Runs a helper program (patchelf, apt-get, a Python that compiles) and keeps what it says. */
#ifndef BUSYPY_BASE_PROGRAM_H
#define BUSYPY_BASE_PROGRAM_H

#include <stddef.h>

struct err;

/* What to run. Its stdin is empty, its stdout is kept or thrown away, its locale is C. */
struct program {
	const char *const *argv; /* argv[0] is looked up in PATH; NULL after the last */
	const char *const *env;	 /* "NAME=value" besides the caller's environment; or NULL */
	const char *dir;	 /* working directory, or NULL for the caller's */
	const char *complaint;	 /* how a line on stderr begins that tells the reason, or NULL */
	size_t output_max;	 /* bytes of stdout that are accepted; 0 throws stdout away */
};

/* Runs it to its end. Returns its exit status, 0 or more; -ENOENT if there is no such program;
 * -errno if it cannot be run or was killed, or says more than accepted. *ret_output (caller frees;
 * NULL unless output_max) is its stdout; ret_complaint (ERR_TEXT_MAX bytes) the first line on its
 * stderr that begins as program->complaint says, without that, else the last that is not empty. */
int program_run(const struct program *program, char **ret_output, char *ret_complaint,
		struct err *err);

/* The same, and any exit status but 0 is -EIO with a sentence: what, then the complaint. */
int program_do(const struct program *program, char **ret_output, const char *what, struct err *err);

/* True if PATH has such a program. */
int program_exists(const char *program);

#endif
