/* SPDX-License-Identifier: MIT */
/* Any text as a line of a version's manifest; what is taken comes back the same. */
#include "core/version_line.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[VERSION_LINE_MAX];
	struct version_line line, second;
	char *copy;

	if (size > 4096)
		return 0;
	copy = malloc(size + 1);
	if (!copy)
		return 0;
	memcpy(copy, data, size);
	copy[size] = '\0';
	if (version_line_parse(copy, &line) == 0) {
		if (line.path[0] == '/' || strcmp(line.path, "..") == 0 ||
		    strncmp(line.path, "../", 3) == 0 || strstr(line.path, "/../"))
			abort();
		if (version_line_format(&line, text, sizeof(text)) < 0)
			abort();
		if (version_line_parse(text, &second) < 0 || second.type != line.type ||
		    second.mode != line.mode || second.size != line.size ||
		    strcmp(second.path, line.path) != 0 || strcmp(second.target, line.target) != 0)
			abort();
	}
	free(copy);
	return 0;
}
