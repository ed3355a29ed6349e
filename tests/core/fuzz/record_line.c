/* SPDX-License-Identifier: MIT */
/* Any bytes as RECORD: what is read can be written, and is then read as the same. */
#include "core/record_line.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_again(const struct record_line *line)
{
	static char text[3 * PATH_SIZE];
	static struct record_line again;
	struct record record = { .at = text };

	if (record_format(line, text, sizeof(text)) < 0)
		abort();
	record.left = strlen(text);
	if (record_next(&record, &again) != 1 || record.left > 1 ||
	    strcmp(line->path, again.path) != 0 || strcmp(line->sum, again.sum) != 0 ||
	    line->kind != again.kind || line->sized != again.sized || line->size != again.size)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct record_line line;
	struct record record = { (const char *)data, size };

	while (record_next(&record, &line) > 0) {
		if (!line.path[0] || record.at + record.left != (const char *)data + size)
			abort();
		if (line.kind == RECORD_SUM_NONE || line.kind == RECORD_SUM_SHA256)
			check_again(&line);
	}
	return 0;
}
