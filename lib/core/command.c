/* SPDX-License-Identifier: MIT */
/* BusyBox's init_exec() without the exec; pure. */
#include "core/command.h"

#include <errno.h>
#include <string.h>

#include "core/str.h"

bool command_needs_shell(const char *text)
{
	return strpbrk(text, "~`!$^&*()=|\\{}[];\"'<>?") != NULL;
}

static int use_shell(const char *text, struct command *ret)
{
	static char login[] = "-/bin/sh", option[] = "-c";
	struct text line;

	text_init(&line, ret->text, sizeof(ret->text));
	text_add(&line, "exec ");
	text_add(&line, text);
	ret->path = "/bin/sh";
	ret->argv[0] = ret->login ? login : login + 1;
	ret->argv[1] = option;
	ret->argv[2] = ret->text;
	ret->argv[3] = NULL;
	return text_check(&line);
}

static int split(const char *text, struct command *ret)
{
	size_t n_words = 0;
	char *s = ret->text;

	if (str_copy(ret->text, sizeof(ret->text), text) < 0)
		return -E2BIG;
	/* The first blank ends the path, even where it is the first character. */
	ret->path = ret->text + (ret->login ? 1 : 0);
	while (*s) {
		size_t blanks = strspn(s, " \t");

		memset(s, 0, blanks);
		s += blanks;
		if (!*s)
			break;
		/* a word and the blank or NUL after it: half of the bytes are always enough */
		ret->argv[n_words++] = s;
		s += strcspn(s, " \t");
	}
	ret->argv[n_words] = NULL;
	return 0;
}

int command_parse(const char *text, struct command *ret)
{
	ret->login = text[0] == '-';
	ret->shell = command_needs_shell(text + ret->login);
	if (ret->shell)
		return use_shell(text + ret->login, ret);
	return split(text, ret);
}
