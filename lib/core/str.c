/* SPDX-License-Identifier: MIT */
/* Bounded text, numbers and paths; pure. */
#include "core/str.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void text_init(struct text *text, char *data, size_t size)
{
	text->data = data;
	text->used = 0;
	text->size = size;
	text->overflow = false;
	data[0] = '\0';
}

void text_add_bytes(struct text *text, const char *s, size_t n)
{
	if (n >= text->size - text->used) {
		text->overflow = true;
		return;
	}
	memcpy(text->data + text->used, s, n);
	text->used += n;
	text->data[text->used] = '\0';
}

void text_add(struct text *text, const char *s)
{
	text_add_bytes(text, s, strlen(s));
}

void text_add_number(struct text *text, uint32_t n)
{
	char digits[10], *at = digits + sizeof(digits);

	do
		*--at = (char)('0' + n % 10);
	while ((n /= 10) != 0);
	text_add_bytes(text, at, (size_t)(digits + sizeof(digits) - at));
}

void text_addf(struct text *text, const char *format, ...)
{
	size_t room = text->size - text->used;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text->data + text->used, room, format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= room) {
		text->data[text->used] = '\0';
		text->overflow = true;
		return;
	}
	text->used += (size_t)n;
}

int text_check(const struct text *text)
{
	return text->overflow ? -E2BIG : 0;
}

void text_add_escaped(struct text *text, const char *s)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c <= ' ' || c == '\\' || c == 0x7f)
			text_addf(text, "\\%03o", c);
		else
			text_add_bytes(text, s, 1);
	}
}

int str_unescape(char *word)
{
	char *to = word;

	for (const char *from = word; *from; to++) {
		char digits[4];
		uint64_t value;

		if (*from != '\\') {
			*to = *from++;
			continue;
		}
		if (strnlen(from, 4) < 4 || str_copy_bytes(digits, 4, from + 1, 3) < 0 ||
		    str_to_u64(digits, 8, &value) < 0 || value == 0 || value > 255)
			return -EINVAL;
		*to = (char)value;
		from += 4;
	}
	*to = '\0';
	return 0;
}

bool str_eq(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

bool str_starts(const char *s, const char *prefix)
{
	/* the loader asks this of each variable: most differ in their first byte */
	while (*prefix) {
		if (*s++ != *prefix++)
			return false;
	}
	return true;
}

bool str_ends(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n >= m && memcmp(s + n - m, suffix, m) == 0;
}

int str_copy_bytes(char *dst, size_t size, const char *src, size_t n)
{
	if (n >= size)
		return -E2BIG;
	memcpy(dst, src, n);
	dst[n] = '\0';
	return 0;
}

int str_copy(char *dst, size_t size, const char *src)
{
	return str_copy_bytes(dst, size, src, strlen(src));
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

int str_to_u64(const char *s, unsigned base, uint64_t *ret_value)
{
	uint64_t value = 0;

	if (!*s)
		return -EINVAL;
	for (; *s; s++) {
		unsigned digit = (unsigned)digit_value(*s);

		if (digit >= base)
			return -EINVAL;
		if (value > (UINT64_MAX - digit) / base)
			return -ERANGE;
		value = value * base + digit;
	}
	*ret_value = value;
	return 0;
}

bool path_below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	if (str_eq(dir, "/"))
		return path[0] == '/';
	return strncmp(path, dir, n) == 0 && (path[n] == '\0' || path[n] == '/');
}

/* True for "", "." and "..", up to n bytes. */
static bool is_no_name(const char *name, size_t n)
{
	return n == 0 || (name[0] == '.' && (n == 1 || (n == 2 && name[1] == '.')));
}

/* Byte by byte, since names are short: it is asked of several paths for each script. */
bool path_relative(const char *path)
{
	const char *name = path, *s;

	for (s = name; *s; s++) {
		if (*s != '/')
			continue;
		if (is_no_name(name, (size_t)(s - name)))
			return false;
		name = s + 1;
	}
	return !is_no_name(name, (size_t)(s - name));
}

bool path_canonical(const char *path)
{
	return path[0] == '/' && (!path[1] || path_relative(path + 1));
}

const char *path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

int path_join(char *dst, size_t size, const char *dir, const char *name)
{
	struct text text;

	text_init(&text, dst, size);
	text_add(&text, dir);
	if (!str_ends(dir, "/"))
		text_add(&text, "/");
	text_add(&text, name);
	return text_check(&text);
}

int path_next(const char **list, const char *name, char *dst, size_t size)
{
	size_t n = strcspn(*list, ":");
	struct text text;

	if (!**list)
		return 0;
	text_init(&text, dst, size);
	text_add_bytes(&text, *list, n);
	text_add(&text, "/");
	text_add(&text, name);
	*list += n + ((*list)[n] == ':');
	return text_check(&text) < 0 ? -E2BIG : 1;
}

/* A place to go back to: the pattern after a star, and the text where that star now ends. */
struct star {
	const char *pattern;
	const char *end;
};

/* Lets the star swallow one more byte; false if there is no star, or `*` would swallow a slash. */
static bool star_extend(struct star *star, bool deep)
{
	if (!star->pattern || !*star->end || (!deep && *star->end == '/')) {
		star->pattern = NULL;
		return false;
	}
	star->end++;
	return true;
}

/* Iterative, never recursive over user input. Two memories are enough: the last `*`, and the last
 * `**`, which can only be asked again once the `*` after it has failed. */
bool path_match(const char *pattern, const char *path)
{
	struct star shallow = { 0 }, deep = { 0 };

	for (;;) {
		if (pattern[0] == '*' && pattern[1] == '*') {
			pattern += 2;
			deep = (struct star){ pattern, path };
			shallow = (struct star){ 0 };
			continue;
		}
		if (*pattern == '*') {
			pattern++;
			shallow = (struct star){ pattern, path };
			continue;
		}
		if (*pattern == *path) {
			if (!*path)
				return true;
			pattern++;
			path++;
			continue;
		}
		if (star_extend(&shallow, false)) {
			pattern = shallow.pattern;
			path = shallow.end;
		} else if (star_extend(&deep, true)) {
			pattern = deep.pattern;
			path = deep.end;
		} else {
			return false;
		}
	}
}
