/* SPDX-License-Identifier: MIT */
/* Any bytes as Python source: what is wrong with them is in the line that is told. */
#include "core/python_source.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Where a line begins; NULL if there is none of that number. */
static const char *line_at(const char *bytes, const char *end, unsigned line)
{
	while (bytes && --line) {
		bytes = memchr(bytes, '\n', (size_t)(end - bytes));
		bytes += bytes != NULL;
	}
	return bytes;
}

static bool is_utf8(const char *at, const char *end)
{
	size_t taken = 1;

	for (; at < end && taken; at += taken)
		taken = name_character(at, (size_t)(end - at));
	return taken;
}

/* The line has the flaw, and none is before it. */
static void prove(const char *bytes, size_t n, enum python_source flaw, unsigned line)
{
	const char *end = bytes + n, *at = line ? line_at(bytes, end, line) : NULL, *feed;

	if (!at)
		abort();
	feed = memchr(at, '\n', (size_t)(end - at));
	if (!feed)
		feed = end;
	if (flaw == PYTHON_SOURCE_NUL &&
	    (memchr(bytes, '\0', (size_t)(at - bytes)) || !memchr(at, '\0', (size_t)(feed - at))))
		abort();
	if (flaw == PYTHON_SOURCE_NO_UTF8 && (!is_utf8(bytes, at) || is_utf8(at, feed)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data;
	unsigned line = 0;
	enum python_source source = python_source_look(bytes, size, &line);

	if (source == PYTHON_SOURCE_NUL || source == PYTHON_SOURCE_NO_UTF8)
		prove(bytes, size, source, line);
	else if (line)
		abort();
	if (source == PYTHON_SOURCE_FINE && !is_utf8(bytes, bytes + size))
		abort();
	if (source == PYTHON_SOURCE_DECLARED && !memmem(bytes, size, "coding", strlen("coding")))
		abort();
	if (source != PYTHON_SOURCE_NUL && memchr(bytes, '\0', size))
		abort();
	return 0;
}
