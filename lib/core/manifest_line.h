/* SPDX-License-Identifier: MIT */
/* One line of a runtime's manifest: "SHA256 SIZE PATH ORIGIN as-is|patched". */
#ifndef BUSYPY_CORE_MANIFEST_LINE_H
#define BUSYPY_CORE_MANIFEST_LINE_H

#include <stddef.h>

/* All text; blanks, control bytes and backslashes in path and origin are written as \ooo. */
struct manifest_line {
	const char *sum, *size, *path, *origin, *state;
};

/* Reads a line (NUL-terminated, without its line feed), which is cut up and unescaped in place;
 * the result points into it. -EINVAL if it is none. */
int manifest_line_parse(char *line, struct manifest_line *ret);

/* Writes a line, without line feed. -E2BIG. */
int manifest_line_format(const struct manifest_line *line, char *dst, size_t size);

#endif
