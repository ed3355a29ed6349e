/* SPDX-License-Identifier: MIT */
/* A script's first line, read exactly as the kernel reads it (fs/binfmt_script.c). */
#ifndef BUSYPY_CORE_SHEBANG_H
#define BUSYPY_CORE_SHEBANG_H

#include <stdbool.h>
#include <stddef.h>

enum {
	SHEBANG_READ = 256,   /* bytes that the kernel looks at: BINPRM_BUF_SIZE */
	SHEBANG_DEPTH_MAX = 5 /* interpreters that may follow one another, fs/exec.c */
};

struct shebang {
	char interp[SHEBANG_READ];
	char arg[SHEBANG_READ]; /* everything after the interpreter, one argument */
	bool has_arg;
	size_t more; /* further arguments, in arg behind its NUL; the kernel's reading has none */
};

/* Parses the first n bytes of a file (at most SHEBANG_READ count). Returns 0, or -ENOEXEC where
 * the kernel's script loader would not take the file: no "#!", no name, a name that may be cut. */
int shebang_parse(const char *bytes, size_t n, struct shebang *ret);

/* True if the first n bytes of a file begin with "#!". */
bool shebang_begins(const char *bytes, size_t n);

/* What stands before a "#!" that is not the first of n bytes, so that the kernel does not see it:
 * "a byte order mark", "a blank line", "a blank"; also "UTF-16", where each character is two bytes.
 * NULL if nothing does, or no "#!" follows. Static storage. */
const char *shebang_before(const char *bytes, size_t n);

enum { SHEBANG_SHOWN = 8 * SHEBANG_READ + 1 };

/* A first line as one sees it, up to its end or n bytes: what is no printable ASCII as \xc2, so
 * that a blank that is none, or a letter of another alphabet, is told from what it looks like. */
void shebang_show(const char *bytes, size_t n, char ret[SHEBANG_SHOWN]);

/* The same of a line that was read. */
void shebang_show_line(const struct shebang *line, char ret[SHEBANG_SHOWN]);

/* True if the line's last word ends with a carriage return, which the kernel takes for a part of
 * it: a script with DOS lines. */
bool shebang_returns(const struct shebang *line);

#endif
