/* SPDX-License-Identifier: MIT */
/* Lines of the lists of what was added: four words, escaped as mountinfo writes paths. */
#include "core/list_line.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "core/str.h"

enum { FIELDS = 4 };

const char *list_kind_word(enum list_kind kind)
{
	switch (kind) {
	case LIST_DEBIAN:
		return "debian";
	case LIST_OWN:
		return "own";
	}
	return "?";
}

static bool is_sum(const char *word)
{
	return str_eq(word, "link") ||
	       (strlen(word) == 64 && !word[strspn(word, "0123456789abcdef")]);
}

int list_line_parse(char *line, struct list_line *ret)
{
	struct list_line found = { .kind = LIST_DEBIAN };
	char *fields[FIELDS];

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
	if (str_eq(fields[1], "own"))
		found.kind = LIST_OWN;
	else if (!str_eq(fields[1], "debian"))
		return -EINVAL;
	if (!is_sum(fields[0]) || str_unescape(fields[2]) < 0 || str_unescape(fields[3]) < 0 ||
	    strchr(fields[2], '/') || !path_relative(fields[2]) || !path_relative(fields[3]))
		return -EINVAL;
	found.sum = fields[0];
	found.name = fields[2];
	found.path = fields[3];
	*ret = found;
	return 0;
}

int list_line_format(const struct list_line *line, char *dst, size_t size)
{
	struct text text;

	text_init(&text, dst, size);
	text_addf(&text, "%s %s ", line->sum, list_kind_word(line->kind));
	text_add_escaped(&text, line->name);
	text_add(&text, " ");
	text_add_escaped(&text, line->path);
	return text_check(&text);
}
