/* SPDX-License-Identifier: MIT */
/* Formats error sentences into the caller's struct err. */
#include "core/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/name.h"

/* Ends the text in "...", where the last whole character was that leaves room for it. */
static size_t cut(struct err *err)
{
	size_t n = strlen(err->text), end = sizeof(err->text) - 4;

	if (n < end)
		end = n;
	while (end && (err->text[end] & 0xc0) == 0x80)
		end--;
	memcpy(err->text + end, "...", 4);
	return end + 3;
}

/* Appends at offset used; a sentence that does not fit ends in "...", never in silence. What it
 * quotes may come from a hostile file: nothing in it reaches a terminal or a journal as a control.
 */
__attribute__((format(printf, 3, 0))) static size_t append(struct err *err, size_t used,
							   const char *format, va_list args)
{
	char raw[ERR_TEXT_MAX];
	int n = vsnprintf(raw, sizeof(raw), format, args);

	if (n < 0)
		return used;
	if (name_clean(raw, err->text + used, sizeof(err->text) - used) == (size_t)n)
		return used + strlen(err->text + used);
	return cut(err);
}

__attribute__((format(printf, 3, 4))) static size_t append_text(struct err *err, size_t used,
								const char *format, ...)
{
	va_list args;

	va_start(args, format);
	used = append(err, used, format, args);
	va_end(args);
	return used;
}

int err_set(struct err *err, int code, const char *format, ...)
{
	va_list args;
	size_t used;

	if (code <= 0)
		code = EIO;
	if (!err)
		return -code;
	err->code = code;
	va_start(args, format);
	used = append(err, 0, format, args);
	va_end(args);
	(void)append_text(err, used, ": %s", strerror(code));
	return -code;
}

int err_say(struct err *err, int code, const char *format, ...)
{
	va_list args;

	if (code <= 0)
		code = EIO;
	if (!err)
		return -code;
	err->code = code;
	va_start(args, format);
	(void)append(err, 0, format, args);
	va_end(args);
	return -code;
}

int err_wrap(struct err *err, int code, const char *format, ...)
{
	char inner[ERR_TEXT_MAX];
	va_list args;
	size_t used;

	if (!err)
		return code;
	memcpy(inner, err->text, sizeof(inner));
	va_start(args, format);
	used = append(err, 0, format, args);
	va_end(args);
	(void)append_text(err, used, ": %s", inner);
	return code;
}

int err_hint(struct err *err, int code, const char *format, ...)
{
	va_list args;
	size_t used;

	if (!err)
		return code;
	used = append_text(err, strlen(err->text), " (Hint: ");
	va_start(args, format);
	used = append(err, used, format, args);
	va_end(args);
	(void)append_text(err, used, ")");
	return code;
}
