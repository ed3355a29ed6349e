/* SPDX-License-Identifier: MIT */
/* Reads the head of a mail, as Python's own reader does. */
#include "core/metadata.h"

#include <errno.h>
#include <string.h>

#include "core/str.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Bytes of the line at s, with its line feed. */
static size_t line_length(const char *s, size_t n)
{
	const char *feed = memchr(s, '\n', n);

	return feed ? (size_t)(feed - s) + 1 : n;
}

static void trim(const char **s, size_t *n)
{
	while (*n && is_blank(**s)) {
		++*s;
		--*n;
	}
	while (*n && is_blank((*s)[*n - 1]))
		--*n;
}

int metadata_next(struct metadata *metadata, struct metadata_field *ret)
{
	const char *line = metadata->at, *colon;
	size_t n = metadata->left ? line_length(line, metadata->left) : 0;
	const char *text = line;
	size_t n_text = n;

	trim(&text, &n_text);
	if (!n_text) { /* the end, or the empty line before the body */
		metadata->left = 0;
		return 0;
	}
	colon = memchr(line, ':', n);
	if (!colon || colon == line || is_blank(*line))
		return -EINVAL;
	while (n < metadata->left && (line[n] == ' ' || line[n] == '\t'))
		n += line_length(line + n, metadata->left - n);
	*ret = (struct metadata_field){ .name = line,
					.value = colon + 1,
					.n_name = (size_t)(colon - line),
					.n_value = n - (size_t)(colon + 1 - line) };
	trim(&ret->name, &ret->n_name);
	trim(&ret->value, &ret->n_value);
	metadata->at += n;
	metadata->left -= n;
	return 1;
}

bool metadata_is(const struct metadata_field *field, const char *name)
{
	if (strlen(name) != field->n_name)
		return false;
	for (size_t i = 0; i < field->n_name; i++) {
		char a = field->name[i], b = name[i];

		if ((a >= 'A' && a <= 'Z' ? a + 32 : a) != (b >= 'A' && b <= 'Z' ? b + 32 : b))
			return false;
	}
	return true;
}

int metadata_find(const char *text, size_t n, const char *name, char *dst, size_t size)
{
	struct metadata metadata = { text, n };
	struct metadata_field field;
	bool found = false;
	int r;

	dst[0] = '\0';
	while ((r = metadata_next(&metadata, &field)) > 0) {
		if (!metadata_is(&field, name))
			continue;
		if (found &&
		    (strlen(dst) != field.n_value || memcmp(dst, field.value, field.n_value) != 0))
			return -EINVAL;
		if (memchr(field.value, '\0', field.n_value))
			return -EINVAL;
		found = true;
		r = str_copy_bytes(dst, size, field.value, field.n_value);
		if (r < 0)
			return r;
	}
	return r < 0 ? r : found;
}
