/* SPDX-License-Identifier: MIT */
/* Reads paragraphs of "Field: value" lines, of which a few fields are wanted. */
#include "core/package_index.h"

#include <string.h>

static const char *line_end(const char *at, const char *end)
{
	const char *feed = memchr(at, '\n', (size_t)(end - at));

	return feed ? feed : end;
}

bool index_text_is(const struct index_text *text, const char *s)
{
	return text->n == strlen(s) && memcmp(text->bytes, s, text->n) == 0;
}

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void trim(struct index_text *text)
{
	while (text->n && blank(text->bytes[0])) {
		text->bytes++;
		text->n--;
	}
	while (text->n && blank(text->bytes[text->n - 1]))
		text->n--;
}

/* Where a field's value goes; NULL for one that is not wanted. */
static struct index_text *field(struct index_package *package, const char *name, size_t n)
{
	static const char *const names[] = { "Package", "Version", "Architecture",
					     "Section", "Depends", "Pre-Depends" };
	struct index_text *const values[] = { &package->name,	 &package->version,
					      &package->arch,	 &package->section,
					      &package->depends, &package->pre_depends };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (n == strlen(names[i]) && memcmp(name, names[i], n) == 0)
			return values[i];
	}
	return NULL;
}

/* One field with the lines that continue it. Returns where it ends: at a line feed, or at end. */
static const char *take_field(const char *at, const char *end, struct index_package *ret)
{
	const char *stop = line_end(at, end);
	const char *colon = memchr(at, ':', (size_t)(stop - at));
	struct index_text *value;

	while (end - stop >= 2 && (stop[1] == ' ' || stop[1] == '\t'))
		stop = line_end(stop + 1, end);
	value = colon ? field(ret, at, (size_t)(colon - at)) : NULL;
	if (!value)
		return stop;
	*value = (struct index_text){ colon + 1, (size_t)(stop - colon - 1) };
	trim(value);
	return stop;
}

int package_index_next(const char **at, const char *end, struct index_package *ret)
{
	struct index_package package = { 0 };

	while (*at < end) {
		bool empty = **at == '\n';

		if (!empty)
			*at = take_field(*at, end, &package);
		if (*at < end)
			++*at; /* the line feed */
		if ((empty || *at == end) && package.name.n) {
			*ret = package;
			return 1;
		}
		if (empty)
			package = (struct index_package){ 0 };
	}
	return 0;
}

bool package_index_depends(struct index_text *depends, struct index_text *ret_name)
{
	while (depends->n) {
		const char *comma = memchr(depends->bytes, ',', depends->n);
		struct index_text one = { depends->bytes,
					  comma ? (size_t)(comma - depends->bytes) : depends->n };
		size_t n = 0, taken = one.n + (comma ? 1 : 0);

		depends->bytes += taken;
		depends->n -= taken;
		trim(&one);
		while (n < one.n && !blank(one.bytes[n]) && !strchr("(|:[<", one.bytes[n]))
			n++;
		if (n) {
			*ret_name = (struct index_text){ one.bytes, n };
			return true;
		}
	}
	return false;
}
