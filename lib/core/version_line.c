/* SPDX-License-Identifier: MIT */
/* Lines of a version's manifest: words, escaped as mountinfo writes paths. */
#include "core/version_line.h"

#include <errno.h>
#include <string.h>

#include "core/str.h"

enum { FIELDS_MAX = 5 };

/* Splits at single blanks; returns how many words there are, or -EINVAL. */
static int split(char *line, char *fields[FIELDS_MAX])
{
	int used = 0;

	for (;;) {
		size_t n = strcspn(line, " ");

		if (!n || used == FIELDS_MAX)
			return -EINVAL;
		fields[used++] = line;
		if (!line[n])
			return used;
		line[n] = '\0';
		line += n + 1;
	}
}

static int take_mode(const char *word, unsigned *ret)
{
	uint64_t mode;

	if (str_to_u64(word, 8, &mode) < 0 || mode > 07777)
		return -EINVAL;
	*ret = (unsigned)mode;
	return 0;
}

static int take_file(char *const *fields, int n, struct version_line *ret)
{
	if (n != 5 || take_mode(fields[1], &ret->mode) < 0 ||
	    str_to_u64(fields[2], 10, &ret->size) < 0 || strlen(fields[3]) != 64 ||
	    fields[3][strspn(fields[3], "0123456789abcdef")])
		return -EINVAL;
	ret->type = VERSION_FILE;
	ret->sum = fields[3];
	return 0;
}

static int take_link(char *const *fields, int n, struct version_line *ret)
{
	if (n != 3 || str_unescape(fields[1]) < 0)
		return -EINVAL;
	ret->type = VERSION_LINK;
	ret->target = fields[1];
	return 0;
}

static int take_dir(char *const *fields, int n, struct version_line *ret)
{
	if (n != 3 || take_mode(fields[1], &ret->mode) < 0)
		return -EINVAL;
	ret->type = VERSION_DIR;
	return 0;
}

int version_line_parse(char *line, struct version_line *ret)
{
	struct version_line found = { .sum = "", .target = "" };
	char *fields[FIELDS_MAX];
	int n = split(line, fields), r = -EINVAL;

	if (n < 0)
		return n;
	if (str_eq(fields[0], "f"))
		r = take_file(fields, n, &found);
	else if (str_eq(fields[0], "d"))
		r = take_dir(fields, n, &found);
	else if (str_eq(fields[0], "l"))
		r = take_link(fields, n, &found);
	if (r < 0 || str_unescape(fields[n - 1]) < 0 || !path_relative(fields[n - 1]))
		return -EINVAL;
	found.path = fields[n - 1];
	*ret = found;
	return 0;
}

int version_line_format(const struct version_line *line, char *dst, size_t size)
{
	struct text text;

	text_init(&text, dst, size);
	switch (line->type) {
	case VERSION_FILE:
		text_addf(&text, "f %o %llu %s ", line->mode, (unsigned long long)line->size,
			  line->sum);
		break;
	case VERSION_DIR:
		text_addf(&text, "d %o ", line->mode);
		break;
	case VERSION_LINK:
		text_add(&text, "l ");
		text_add_escaped(&text, line->target);
		text_add(&text, " ");
		break;
	}
	text_add_escaped(&text, line->path);
	return text_check(&text);
}
