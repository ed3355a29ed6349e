/* SPDX-License-Identifier: MIT */
/* One line of the lists of files that were added to a tree, etc/busypy/files and
 * etc/busypy/ARCH/files: "SHA256|link debian|own NAME PATH". Wheels have lists of their own
 * (RECORD). */
#ifndef BUSYPY_CORE_LIST_LINE_H
#define BUSYPY_CORE_LIST_LINE_H

#include <stddef.h>

enum list_kind { LIST_DEBIAN, LIST_OWN };

struct list_line {
	enum list_kind kind;
	const char *sum;  /* SHA-256 of the file as it was put there; "link" for a link */
	const char *name; /* of Debian's package; of the script, module or package */
	const char *path; /* in the tree: "bin/tool" */
};

/* Reads a line (NUL-terminated, without its line feed), which is cut up and unescaped in place; the
 * result points into it. -EINVAL if it is none; its path is relative, without empty, "." and ".."
 * parts, and its name is one. */
int list_line_parse(char *line, struct list_line *ret);

/* Writes a line, without line feed. -E2BIG. */
int list_line_format(const struct list_line *line, char *dst, size_t size);

/* "debian", "own". */
const char *list_kind_word(enum list_kind kind);

#endif
