/* SPDX-License-Identifier: MIT */
/* Reads a control file line by line: a field's further lines begin with a blank. */
#include "core/deb_control.h"

#include <string.h>

#include "core/str.h"

static size_t line_length(const char *text, size_t n)
{
	const char *end = n ? memchr(text, '\n', n) : NULL;

	return end ? (size_t)(end - text) + 1 : n;
}

/* Names of fields are the same in capitals. */
static bool same_name(const char *text, const char *name, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char a = text[i], b = name[i];

		a = a >= 'A' && a <= 'Z' ? (char)(a - 'A' + 'a') : a;
		b = b >= 'A' && b <= 'Z' ? (char)(b - 'A' + 'a') : b;
		if (a != b)
			return false;
	}
	return true;
}

bool deb_control_field(const char *text, size_t n, const char *name, struct deb_field *ret)
{
	size_t m = strlen(name);

	while (n) {
		size_t length = line_length(text, n), all = length;

		while (all < n && (text[all] == ' ' || text[all] == '\t'))
			all += line_length(text + all, n - all);
		if (length > m && text[m] == ':' && same_name(text, name, m)) {
			*ret = (struct deb_field){ text + m + 1, all - m - 1 };
			return true;
		}
		text += all;
		n -= all;
	}
	return false;
}

/* Bytes before the next comma or bar. */
static size_t part_length(const struct deb_field *relation)
{
	size_t n = 0;

	while (n < relation->left && relation->at[n] != ',' && relation->at[n] != '|')
		n++;
	return n;
}

int deb_control_name(struct deb_field *relation, char *dst, size_t size)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789+-.";

	while (relation->left) {
		const char *name = relation->at;
		size_t n = part_length(relation), m = 0;
		size_t all = n + (n < relation->left);

		relation->at += all;
		relation->left -= all;
		for (; n && strchr(" \t\n", *name); n--)
			name++;
		while (m < n && name[m] && strchr(letters, name[m]))
			m++;
		if (m > 1 && !strchr("+-.", name[0]) && str_copy_bytes(dst, size, name, m) == 0)
			return 1;
	}
	return 0;
}
