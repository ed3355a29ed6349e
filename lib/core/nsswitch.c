/* SPDX-License-Identifier: MIT */
/* Lines of nsswitch.conf, as glibc's nss/nss_database.c and nss_action_parse.c read them. */
#include "core/nsswitch.h"

#include <stdbool.h>
#include <string.h>

#include "core/str.h"

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Moves *s behind spaces. */
static void skip_space(const char **s, const char *end)
{
	while (*s < end && is_space(**s))
		(*s)++;
}

/* The list of a line, if the line is the database's; NULL if not. */
static const char *list_of(const char *s, const char *end, const char *database)
{
	size_t n = strlen(database);

	skip_space(&s, end);
	if ((size_t)(end - s) <= n || memcmp(s, database, n) != 0)
		return NULL;
	s += n;
	skip_space(&s, end);
	return s < end && *s == ':' ? s + 1 : NULL;
}

/* The next word of a list; 0 bytes at its end. */
static size_t next_word(const char **s, const char *end)
{
	const char *word;

	for (;;) {
		skip_space(s, end);
		if (*s == end || **s != '[')
			break;
		while (*s < end && **s != ']') /* what to do upon an answer */
			(*s)++;
		if (*s < end)
			(*s)++;
	}
	for (word = *s; word < end && !is_space(*word) && *word != '[';)
		word++;
	return (size_t)(word - *s);
}

static bool is_service(const char *word, size_t n)
{
	static const char files[] = "files";

	return n != sizeof(files) - 1 || memcmp(word, files, n) != 0;
}

/* True if the list has that word before it. */
static bool is_again(const char *list, const char *word, size_t n)
{
	for (const char *s = list; s < word;) {
		size_t m = next_word(&s, word);

		if (m == n && memcmp(s, word, n) == 0)
			return true;
		s += m;
	}
	return false;
}

static int write_others(const char *list, const char *end, struct text *text)
{
	const char *s = list;
	int found = 0;
	size_t n;

	while ((n = next_word(&s, end))) {
		if (is_service(s, n) && !is_again(list, s, n)) {
			text_add(text, found++ ? ", '" : "'");
			text_add_bytes(text, s, n);
			text_add(text, "'");
		}
		s += n;
	}
	return text_check(text) < 0 ? text_check(text) : found;
}

int nsswitch_others(const char *bytes, size_t n, const char *database, char *dst, size_t size)
{
	const char *s = bytes, *end = bytes + n;
	struct text text;

	text_init(&text, dst, size);
	while (s < end) {
		const char *line = memchr(s, '\n', (size_t)(end - s));
		const char *next = line ? line + 1 : end, *stop = line ? line : end, *list;
		const char *comment = memchr(s, '#', (size_t)(stop - s));

		list = list_of(s, comment ? comment : stop, database);
		if (list)
			return write_others(list, comment ? comment : stop, &text);
		s = next;
	}
	return 0;
}
