/* SPDX-License-Identifier: MIT */
/* NUL, UTF-8 and declared encodings of Python source; pure. Parser/tokenizer.c. */
#include "core/python_source.h"

#include <stdbool.h>
#include <string.h>

#include "core/name.h"

static const char *line_end(const char *at, const char *end)
{
	const char *feed = memchr(at, '\n', (size_t)(end - at));

	return feed ? feed : end;
}

/* True if nothing but a comment is on the line, or nothing at all; *ret_comment is where it begins.
 */
static bool is_comment(const char *at, const char *end, const char **ret_comment)
{
	while (at < end && *at && strchr(" \t\f\r", *at))
		at++;
	*ret_comment = at;
	return at == end || *at == '#';
}

static bool is_encoding(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_' || c == '.';
}

/* get_coding_spec(): "coding", a colon or an equals sign, a name. */
static bool declares(const char *comment, const char *end)
{
	static const char word[] = "coding";
	const size_t n = sizeof(word) - 1;

	for (; comment + n < end; comment++) {
		const char *at = comment + n, *name;

		if (memcmp(comment, word, n) != 0 || (*at != ':' && *at != '='))
			continue;
		for (at++; at < end && (*at == ' ' || *at == '\t'); at++)
			;
		for (name = at; at < end && is_encoding(*at); at++)
			;
		if (at > name)
			return true;
	}
	return false;
}

/* One of the first two lines may declare it, the second behind a comment. */
static bool is_declared(const char *bytes, const char *end)
{
	const char *at = bytes, *comment;

	for (int i = 0; i < 2 && at < end; i++) {
		const char *feed = line_end(at, end);

		if (!is_comment(at, feed, &comment))
			return false;
		if (declares(comment, feed))
			return true;
		at = feed + (feed < end);
	}
	return false;
}

enum python_source python_source_look(const char *bytes, size_t n, unsigned *ret_line)
{
	const char *end = bytes + n;
	unsigned line = 1;

	if (memchr(bytes, '\0', n)) {
		for (const char *at = bytes; *at; at++)
			line += *at == '\n';
		*ret_line = line;
		return PYTHON_SOURCE_NUL;
	}
	if (is_declared(bytes, end))
		return PYTHON_SOURCE_DECLARED;
	for (const char *at = bytes; at < end;) {
		size_t taken = name_character(at, (size_t)(end - at));

		if (!taken) {
			*ret_line = line;
			return PYTHON_SOURCE_NO_UTF8;
		}
		line += *at == '\n';
		at += taken;
	}
	return PYTHON_SOURCE_FINE;
}
