/* SPDX-License-Identifier: MIT */
/* Names of modules, by paths. */
#include "core/python_module.h"

#include <string.h>

#include "core/str.h"

/* A keyword or not: what is no ASCII may be a letter. */
static bool is_identifier(const char *name, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)name[i];
		bool letter =
			(c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;

		if (!letter && (i == 0 || c < '0' || c > '9'))
			return false;
	}
	return n > 0;
}

bool python_module_name(const char *path, char *ret, size_t size)
{
	size_t n = strlen(path);
	struct text text;

	if (!str_ends(path, ".py"))
		return false;
	n -= strlen(".py");
	if (n > strlen("/__init__") && str_starts(path + n - strlen("/__init__"), "/__init__"))
		n -= strlen("/__init__");
	if (n && path[n - 1] == '/')
		return false;
	text_init(&text, ret, size);
	while (n) {
		const char *slash = memchr(path, '/', n);
		size_t part = slash ? (size_t)(slash - path) : n;

		if (!is_identifier(path, part))
			return false;
		text_addf(&text, "%s", text.used ? "." : "");
		text_add_bytes(&text, path, part);
		part += slash != NULL;
		path += part;
		n -= part;
	}
	return text.used && !text.overflow;
}

bool python_module_absolute(const char *path, const char *name, char *ret, size_t size)
{
	size_t up = strspn(name, "."), n = strlen(path);
	struct text text;

	text_init(&text, ret, size);
	for (size_t i = 0; i < up; i++) {
		while (n && path[n - 1] != '/')
			n--;
		if (!n)
			return false;
		n--; /* the slash */
	}
	for (size_t i = 0; i < n && up; i++)
		text_add_bytes(&text, path[i] == '/' ? "." : path + i, 1);
	text_addf(&text, "%s%s", text.used && name[up] ? "." : "", name + up);
	return text.used && !text.overflow;
}
