/* SPDX-License-Identifier: MIT */
/* Lines of an ini file; only what cannot be mistaken for anything else is taken. */
#include "core/entry_point.h"

#include <errno.h>
#include <string.h>

#include "core/str.h"

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

/* A part of a line, without blanks around it. */
struct part {
	const char *s;
	size_t n;
};

static struct part trim(const char *s, size_t n)
{
	while (n && is_blank(*s)) {
		s++;
		n--;
	}
	while (n && is_blank(s[n - 1]))
		n--;
	return (struct part){ s, n };
}

/* a.b.c */
static int take_dotted(char *dst, struct part part)
{
	bool first = true;

	for (size_t i = 0; i < part.n; i++) {
		char c = part.s[i];

		if (c == '.' ? first : first ? !is_letter(c) : !is_letter(c) && !is_digit(c))
			return -EINVAL;
		first = c == '.';
	}
	return part.n && !first ? str_copy_bytes(dst, ENTRY_POINT_MAX, part.s, part.n) : -EINVAL;
}

static int take_name(char *dst, struct part part)
{
	for (size_t i = 0; i < part.n; i++) {
		char c = part.s[i];

		if (!is_letter(c) && !is_digit(c) && (i == 0 || !strchr(".+-", c) || !c))
			return -EINVAL;
	}
	return part.n ? str_copy_bytes(dst, ENTRY_POINT_MAX, part.s, part.n) : -EINVAL;
}

static int take_line(struct part line, struct entry_point *ret)
{
	const char *equals = memchr(line.s, '=', line.n), *colon, *end = line.s + line.n, *extras;
	struct entry_point point;

	if (!equals)
		return -EINVAL;
	extras = memchr(equals, '[', (size_t)(end - equals));
	end = extras ? extras : end;
	colon = memchr(equals, ':', (size_t)(end - equals));
	if (!colon || take_name(point.name, trim(line.s, (size_t)(equals - line.s))) < 0 ||
	    take_dotted(point.module, trim(equals + 1, (size_t)(colon - equals - 1))) < 0 ||
	    take_dotted(point.attribute, trim(colon + 1, (size_t)(end - colon - 1))) < 0)
		return -EINVAL;
	*ret = point;
	return 1;
}

static bool is_section(struct part head, const char *wanted)
{
	return head.n == strlen(wanted) && memcmp(head.s, wanted, head.n) == 0;
}

int entry_point_next(struct entry_points *points, struct entry_point *ret)
{
	while (points->left) {
		const char *feed = memchr(points->at, '\n', points->left);
		size_t n = feed ? (size_t)(feed - points->at) : points->left;
		struct part line = trim(points->at, n);

		points->at += n + (feed != NULL);
		points->left -= n + (feed != NULL);
		if (!line.n || line.s[0] == '#' || line.s[0] == ';')
			continue;
		if (line.s[0] == '[') {
			struct part head = trim(line.s + 1, line.n - 1);

			points->wanted = is_section(head, "console_scripts]") ||
					 is_section(head, "gui_scripts]");
		} else if (points->wanted) {
			return take_line(line, ret);
		}
	}
	return 0;
}

int entry_point_script(const struct entry_point *point, char *dst, size_t size)
{
	struct text text;

	text_init(&text, dst, size);
	text_addf(&text,
		  "#!/usr/bin/python3\n"
		  "import sys\n"
		  "from %s import %.*s\n"
		  "sys.exit(%s())\n",
		  point->module, (int)strcspn(point->attribute, "."), point->attribute,
		  point->attribute);
	return text_check(&text);
}
