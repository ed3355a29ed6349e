/* SPDX-License-Identifier: MIT */
/* Reads lines NAME=VALUE, as a shell and systemd do; pure. */
#include "core/locale_conf.h"

#include <errno.h>
#include <string.h>

#include "core/str.h"

static const char named_by[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.@-";

/* The last LANG counts. */
static const char *value_of(const char *text, size_t *ret_n)
{
	const char *found = NULL;

	while (*text) {
		text += strspn(text, " \t");
		if (str_starts(text, "LANG=")) {
			found = text + 5;
			*ret_n = strcspn(found, "\r\n");
		}
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return found;
}

int locale_conf_lang(const char *text, char *dst, size_t size)
{
	size_t n = 0;
	const char *value = value_of(text, &n);

	if (!value)
		return -ENOENT;
	while (n && (value[n - 1] == ' ' || value[n - 1] == '\t'))
		n--;
	if (n >= 2 && (value[0] == '"' || value[0] == '\'') && value[n - 1] == value[0]) {
		value++;
		n -= 2;
	}
	if (n == 0)
		return -ENOENT;
	if (strspn(value, named_by) < n)
		return -EINVAL;
	return str_copy_bytes(dst, size, value, n);
}
