/* SPDX-License-Identifier: MIT */
/* Messages on stderr. */
#include "say.h"

#include <stdarg.h>
#include <stdbool.h>
#include <unistd.h>

#include "err.h"

static bool progress_shown;

int say_err(const char *command, const struct err *err)
{
	return say_error(command, "%s", err->text);
}

int say_error(const char *command, const char *format, ...)
{
	va_list args;

	say_progress_end();
	(void)fprintf(stderr, "busypy: %s: ", command);
	va_start(args, format);
	(void)vfprintf(stderr, format, args);
	va_end(args);
	(void)fputc('\n', stderr);
	return EXIT_OURS;
}

void say_warning(const char *command, const char *format, ...)
{
	va_list args;

	say_progress_end();
	(void)fprintf(stderr, "busypy: %s: warning: ", command);
	va_start(args, format);
	(void)vfprintf(stderr, format, args);
	va_end(args);
	(void)fputc('\n', stderr);
}

int say_usage(const char *command)
{
	(void)fprintf(stderr, "busypy: %s: see 'busypy %s --help'\n", command, command);
	return EXIT_OURS;
}

void say_progress(const char *format, ...)
{
	va_list args;

	if (!isatty(STDERR_FILENO))
		return;
	(void)fputs("\r\033[K", stderr);
	va_start(args, format);
	(void)vfprintf(stderr, format, args);
	va_end(args);
	(void)fflush(stderr);
	progress_shown = true;
}

void say_progress_end(void)
{
	if (progress_shown)
		(void)fputs("\r\033[K", stderr);
	progress_shown = false;
}
