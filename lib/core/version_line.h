/* SPDX-License-Identifier: MIT */
/* One line of a version's manifest: "f MODE SIZE SHA256 PATH", "d MODE PATH" or "l TARGET PATH".
 * Blanks, control bytes and backslashes in paths and targets are written as \ooo. */
#ifndef BUSYPY_CORE_VERSION_LINE_H
#define BUSYPY_CORE_VERSION_LINE_H

#include <stddef.h>
#include <stdint.h>

#include "core/path_size.h"

enum version_line_type { VERSION_FILE, VERSION_DIR, VERSION_LINK };

enum { VERSION_LINE_MAX = 4 * PATH_SIZE * 2 + 128 };

struct version_line {
	enum version_line_type type;
	unsigned mode;	    /* 0 to 07777; 0 for a link */
	uint64_t size;	    /* of a file */
	const char *sum;    /* SHA-256 of a file, lower case; else "" */
	const char *path;   /* relative: "bin/tool" */
	const char *target; /* of a link; else "" */
};

/* Reads a line (NUL-terminated, without its line feed), which is cut up and unescaped in place; the
 * result points into it. -EINVAL if it is none; its path is relative, without empty, "." and ".."
 * parts. */
int version_line_parse(char *line, struct version_line *ret);

/* Writes a line, without line feed. -E2BIG. */
int version_line_format(const struct version_line *line, char *dst, size_t size);

#endif
