/* SPDX-License-Identifier: MIT */
/* Any text as a line of a lock, or of a list of files; what is taken comes back the same. */
#include "core/lock_line.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/list_line.h"
#include "core/str.h"

enum { LONGEST = 2048 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_lock(char *text, const char *original)
{
	struct lock_line line;
	char again[LONGEST + 64], name[LOCK_NAME_MAX];

	(void)lock_name_of(text, name);
	if (lock_line_parse(text, &line, NULL) != 1)
		return;
	if (lock_line_format(&line, again, sizeof(again)) < 0)
		abort();
	/* a size may have been written with zeros before it */
	if (line.word != LOCK_FILE && strcmp(again, original) != 0)
		abort();
	if (strchr(line.name, '/') || line.name[0] == '.' || line.name[0] == '-')
		abort();
	if (line.word == LOCK_LACKS && !lock_targets_have(line.targets, line.targets))
		abort();
}

static void check_list(char *text)
{
	struct list_line line, other;
	char again[4 * LONGEST + 128];

	if (list_line_parse(text, &line) < 0)
		return;
	if (line.path[0] == '/' || str_starts(line.path, "../") || strstr(line.path, "/../") ||
	    list_line_format(&line, again, sizeof(again)) < 0 ||
	    list_line_parse(again, &other) < 0 || strcmp(line.path, other.path) != 0 ||
	    strcmp(line.name, other.name) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char original[LONGEST + 1], text[LONGEST + 1];

	if (size > LONGEST || memchr(data, 0, size))
		return 0;
	memcpy(original, data, size);
	original[size] = '\0';
	(void)lock_begins(original, size);
	memcpy(text, original, size + 1);
	check_lock(text, original);
	memcpy(text, original, size + 1);
	check_list(text);
	return 0;
}
