/* SPDX-License-Identifier: MIT */
/* Messages on stderr, and plans on stdout. */
#include "say.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/err.h"
#include "core/name.h"
#include "core/plan.h"

static bool progress_shown;

void say_text(FILE *to, const char *text)
{
	char visible[NAME_VISIBLE_MAX];

	while (*text) {
		text += name_visible(text, visible);
		(void)fputs(visible, to);
	}
}

__attribute__((format(printf, 3, 0))) static void say(const char *command, const char *kind,
						      const char *format, va_list args)
{
	char *sentence = NULL;

	say_progress_end();
	(void)fprintf(stderr, "busypy: %s: %s", command, kind);
	if (vasprintf(&sentence, format, args) < 0)
		sentence = NULL;
	say_text(stderr, sentence ? sentence : strerror(ENOMEM));
	(void)fputc('\n', stderr);
	free(sentence);
}

int say_err(const char *command, const struct err *err)
{
	return say_error(command, "%s", err->text);
}

int say_error(const char *command, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(command, "", format, args);
	va_end(args);
	return EXIT_OURS;
}

void say_warning(const char *command, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(command, "warning: ", format, args);
	va_end(args);
}

int say_usage(const char *command)
{
	(void)fprintf(stderr, "busypy: %s: see 'busypy %s --help'\n", command, command);
	return EXIT_OURS;
}

int say_plan(const char *command, const struct plan *plan)
{
	static char text[2 * PLAN_TEXT_MAX];

	if (plan_format(plan, text, sizeof(text)) < 0)
		return say_error(command, "the plan is too long to be printed");
	return fputs(text, stdout) < 0 || fflush(stdout) < 0 ? EXIT_OURS : 0;
}

void say_progress(const char *format, ...)
{
	char line[ERR_TEXT_MAX];
	va_list args;

	if (!isatty(STDERR_FILENO))
		return;
	(void)fputs("\r\033[K", stderr);
	va_start(args, format);
	(void)vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	say_text(stderr, line);
	(void)fflush(stderr);
	progress_shown = true;
}

void say_progress_end(void)
{
	if (progress_shown)
		(void)fputs("\r\033[K", stderr);
	progress_shown = false;
}
