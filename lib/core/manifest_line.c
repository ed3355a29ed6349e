/* SPDX-License-Identifier: MIT */
/* Lines of a runtime's manifest: five words, escaped as mountinfo writes paths. */
#include "core/manifest_line.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "core/str.h"

enum { FIELDS = 5 };

int manifest_line_parse(char *line, struct manifest_line *ret)
{
	char *fields[FIELDS];
	uint64_t size;

	for (size_t i = 0; i < FIELDS; i++) {
		size_t n = strcspn(line, " ");

		if (!n || (line[n] == ' ') != (i < FIELDS - 1))
			return -EINVAL;
		fields[i] = line;
		if (line[n]) {
			line[n] = '\0';
			line += n + 1;
		}
	}
	if (strlen(fields[0]) != 64 || fields[0][strspn(fields[0], "0123456789abcdef")] ||
	    str_to_u64(fields[1], 10, &size) < 0 || str_unescape(fields[2]) < 0 ||
	    str_unescape(fields[3]) < 0 ||
	    (!str_eq(fields[4], "as-is") && !str_eq(fields[4], "patched")))
		return -EINVAL;
	*ret = (struct manifest_line){ fields[0], fields[1], fields[2], fields[3], fields[4] };
	return 0;
}

int manifest_line_format(const struct manifest_line *line, char *dst, size_t size)
{
	struct text text;

	text_init(&text, dst, size);
	text_addf(&text, "%s %s ", line->sum, line->size);
	text_add_escaped(&text, line->path);
	text_add(&text, " ");
	text_add_escaped(&text, line->origin);
	text_addf(&text, " %s", line->state);
	return text_check(&text);
}
