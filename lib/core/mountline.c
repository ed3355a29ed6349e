/* SPDX-License-Identifier: MIT */
/* mountinfo's mount point, type and source; pure. */
#include "core/mountline.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "core/str.h"

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

/* From the fields before it to the type, after optional fields and "-"; the type's length, 0 if
 * there is none. */
static size_t find_type(const char *bytes, size_t n, size_t *at, size_t length)
{
	do {
		*at += length;
		length = word(bytes, n, at);
		if (length == 0)
			return 0;
	} while (length != 1 || bytes[*at] != '-');
	*at += length;
	return word(bytes, n, at);
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
	length = find_type(bytes, n, &at, length);
	if (length == 0 || unescape(bytes + at, length, ret->type, sizeof(ret->type)) < 0)
		return -EINVAL;
	at += length;
	length = word(bytes, n, &at);
	return unescape(bytes + at, length, ret->source, sizeof(ret->source));
}

/* The number that n bytes begin with, as long as it has no more than ten digits. */
static int number_at(const char *bytes, size_t n, uint64_t *ret)
{
	char digits[11];
	size_t length = 0;

	while (length < n && bytes[length] >= '0' && bytes[length] <= '9')
		length++;
	if (str_copy_bytes(digits, sizeof(digits), bytes, length) < 0)
		return -EINVAL;
	return str_to_u64(digits, 10, ret);
}

int mountline_fuse_user(const char *bytes, size_t n, uint64_t number, uint64_t *ret)
{
	static const char name[] = "user_id=", virtiofs[] = "virtiofs";
	const size_t size = sizeof(name) - 1;
	size_t at = 0, length = word(bytes, n, &at);
	uint64_t its;

	if (number_at(bytes + at, length, &its) < 0 || its != number)
		return 0;
	length = find_type(bytes, n, &at, length);
	*ret = 0;
	if (length == sizeof(virtiofs) - 1 && memcmp(bytes + at, virtiofs, length) == 0)
		return 1;
	for (int i = 0; i < 2; i++) { /* the source, then the options */
		at += length;
		length = word(bytes, n, &at);
	}
	for (size_t i = 0; i < length; i++) {
		const char *option = bytes + at + i;

		if ((i == 0 || option[-1] == ',') && length - i > size &&
		    memcmp(option, name, size) == 0)
			return number_at(option + size, length - i - size, ret) < 0 ? -EINVAL : 1;
	}
	return -EINVAL;
}

int mountline_root(const char *bytes, size_t n, uint64_t number, struct mountline_root *ret)
{
	size_t at = 0, length = word(bytes, n, &at);
	uint64_t its;

	if (number_at(bytes + at, length, &its) < 0 || its != number)
		return 0;
	at += length;
	at += word(bytes, n, &at); /* the parent's number */
	length = word(bytes, n, &at);
	if (unescape(bytes + at, length, ret->device, sizeof(ret->device)) < 0)
		return -EINVAL;
	at += length;
	length = word(bytes, n, &at);
	if (length == 0 || bytes[at] != '/' ||
	    unescape(bytes + at, length, ret->root, sizeof(ret->root)) < 0)
		return -EINVAL;
	at += length;
	length = word(bytes, n, &at);
	if (length == 0 || bytes[at] != '/' ||
	    unescape(bytes + at, length, ret->path, sizeof(ret->path)) < 0)
		return -EINVAL;
	return 1;
}
