/* SPDX-License-Identifier: MIT */
/* One write(2) per sentence. */
#include "words.h"

#include <unistd.h>

#include "core/err.h"
#include "core/name.h"
#include "core/str.h"

void words_say(const char *what, const char *sentence)
{
	char line[2 * ERR_TEXT_MAX], name[512];
	struct text text;
	ssize_t ignored;

	(void)name_clean(what, name, sizeof(name)); /* the caller's; sentences are clean */
	text_init(&text, line, sizeof(line) - 1);   /* room for the newline */
	text_addf(&text, "busypy: %s: %s", name, sentence);
	line[text.used++] = '\n';
	ignored = write(STDERR_FILENO, line, text.used);
	(void)ignored; /* nobody else to tell */
}

void words_die(int status, const char *what, const struct err *err)
{
	words_say(what, err->text);
	_exit(status);
}
