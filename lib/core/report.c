/* SPDX-License-Identifier: MIT */
/* Escapes for JSON and XML, and the first line that differs; pure. */
#include "core/report.h"

#include <string.h>

#include "core/name.h"

static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */

/* RFC 8259, section 7, and all controls, for the character at s. */
static size_t escape_json(const unsigned char *s, char dst[REPORT_ESCAPED_MAX])
{
	static const char plain[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
	static const char digits[] = "0123456789abcdef";
	unsigned c = name_control((const char *)s);
	const char *found = s[0] ? strchr(plain, s[0]) : NULL;

	if (found) {
		dst[0] = '\\';
		dst[1] = letters[found - plain];
		return 2;
	}
	if (s[0] && !c)
		return 0;
	memcpy(dst, "\\u00", 4);
	dst[4] = digits[c >> 4];
	dst[5] = digits[c & 15];
	return 6;
}

/* XML 1.0, sections 2.2 and 2.4, for the character at s; a carriage return would become a newline
 * in a reader. */
static size_t escape_xml(const unsigned char *s, char dst[REPORT_ESCAPED_MAX])
{
	unsigned char c = s[0];
	bool noncharacter = c == 0xef && s[1] == 0xbf && s[2] >= 0xbe; /* U+FFFE, U+FFFF */
	bool obeyed =
		c >= 0x7f && name_control((const char *)s); /* allowed, and discouraged there */
	const char *word = c == '&'    ? "&amp;"
			   : c == '<'  ? "&lt;"
			   : c == '>'  ? "&gt;"
			   : c == '"'  ? "&quot;"
			   : c == '\r' ? "&#13;"
			   : (c < 0x20 && c != '\n' && c != '\t') || noncharacter || obeyed
				   ? replacement
				   : "";
	size_t n = strlen(word);

	memcpy(dst, word, n);
	return n;
}

size_t report_escape(enum report_syntax syntax, const char *bytes, size_t n, char *dst, size_t size,
		     size_t *ret_taken)
{
	size_t used = 0, taken = 0;

	while (taken < n && size - used >= REPORT_ESCAPED_MAX) {
		const char *at = bytes + taken;
		size_t length = name_character(at, n - taken), escaped = 0;

		if (length == 0) {
			memcpy(dst + used, replacement, escaped = sizeof(replacement) - 1);
			length = 1;
		} else {
			escaped = syntax == REPORT_JSON
					  ? escape_json((const unsigned char *)at, dst + used)
					  : escape_xml((const unsigned char *)at, dst + used);
		}
		if (escaped == 0)
			memcpy(dst + used, at, escaped = length);
		used += escaped;
		taken += length;
	}
	*ret_taken = taken;
	return used;
}

/* The slice of a line that begins at *at, and where the next one does. */
static const char *take_line(const char *text, size_t n, size_t *at, size_t *ret_n)
{
	const char *line = text + *at, *end;

	*ret_n = 0;
	if (*at >= n)
		return NULL;
	end = memchr(line, '\n', n - *at);
	*ret_n = end ? (size_t)(end - line) : n - *at;
	*at += *ret_n + (end ? 1 : 0);
	return line;
}

bool report_differ(const char *a, size_t n_a, const char *b, size_t n_b,
		   struct report_difference *ret)
{
	size_t at_a = 0, at_b = 0;

	for (ret->line = 1;; ret->line++) {
		ret->a = take_line(a, n_a, &at_a, &ret->n_a);
		ret->b = take_line(b, n_b, &at_b, &ret->n_b);
		if (!ret->a && !ret->b)
			return false;
		if (!ret->a || !ret->b || ret->n_a != ret->n_b ||
		    memcmp(ret->a, ret->b, ret->n_a) != 0)
			return true;
		/* the same line, but only one of them has its newline */
		if ((a[at_a - 1] == '\n') != (b[at_b - 1] == '\n'))
			return true;
	}
}
