/* SPDX-License-Identifier: MIT */
/* mountinfo's mount point, type and source; pure. */
#include "core/mountline.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* The next word at or after *at; its length, 0 after the last. */
static size_t word(const char *bytes, size_t n, size_t *at)
{
	const char *end;

	while (*at < n && bytes[*at] == ' ')
		(*at)++;
	end = memchr(bytes + *at, ' ', n - *at);
	return end ? (size_t)(end - bytes) - *at : n - *at;
}

static bool octal(const char *s)
{
	return s[0] >= '0' && s[0] <= '3' && s[1] >= '0' && s[1] <= '7' && s[2] >= '0' &&
	       s[2] <= '7';
}

static int unescape(const char *bytes, size_t n, char *dst, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < n; i++) {
		char c = bytes[i];

		if (c == '\\' && n - i > 3 && octal(bytes + i + 1)) {
			c = (char)((bytes[i + 1] - '0') * 64 + (bytes[i + 2] - '0') * 8 +
				   (bytes[i + 3] - '0'));
			i += 3;
		}
		if (used + 1 >= size || !c)
			return -EINVAL;
		dst[used++] = c;
	}
	dst[used] = '\0';
	return 0;
}

int mountline_parse(const char *bytes, size_t n, struct mountline *ret)
{
	size_t at = 0, length = 0;

	for (int i = 0; i < 5; i++) {
		at += length;
		length = word(bytes, n, &at);
	}
	if (length == 0 || bytes[at] != '/' ||
	    unescape(bytes + at, length, ret->path, sizeof(ret->path)) < 0)
		return -EINVAL;
	/* optional fields, then "-", then the type */
	do {
		at += length;
		length = word(bytes, n, &at);
		if (length == 0)
			return -EINVAL;
	} while (length != 1 || bytes[at] != '-');
	at += length;
	length = word(bytes, n, &at);
	if (length == 0 || unescape(bytes + at, length, ret->type, sizeof(ret->type)) < 0)
		return -EINVAL;
	at += length;
	length = word(bytes, n, &at);
	return unescape(bytes + at, length, ret->source, sizeof(ret->source));
}
