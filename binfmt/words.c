/* SPDX-License-Identifier: MIT */
/* One write(2) per sentence. */
#include "words.h"

#include <unistd.h>

#include "core/err.h"
#include "core/str.h"

void words_say(const char *what, const char *sentence)
{
	char line[2 * ERR_TEXT_MAX];
	struct text text;
	ssize_t ignored;

	text_init(&text, line, sizeof(line) - 1); /* room for the newline */
	text_addf(&text, "busypy: %.512s: %s", what, sentence);
	line[text.used++] = '\n';
	ignored = write(STDERR_FILENO, line, text.used);
	(void)ignored; /* nobody else to tell */
}

void words_die(int status, const char *what, const struct err *err)
{
	words_say(what, err->text);
	_exit(status);
}
