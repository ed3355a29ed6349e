/* SPDX-License-Identifier: MIT */
/* The text of env -S, and lines by which env starts Python; pure. */
#include "core/env_line.h"

#include <errno.h>
#include <string.h>

#include "core/err.h"
#include "core/shebang.h"
#include "core/str.h"

#define PYTHON "python3"
#define SPLIT "-S "

struct splitting {
	const char *at;
	struct text *words;
	size_t n;
	bool single, doubled; /* within such quotes */
	bool between;	      /* the next byte begins a word */
	const struct env_variables *variables;
};

static void begin_word(struct splitting *s)
{
	if (s->between && s->n++)
		text_add_bytes(s->words, "", 1);
	s->between = false;
}

static void add_byte(struct splitting *s, char c)
{
	begin_word(s);
	text_add_bytes(s->words, &c, 1);
}

/* A backslash: 1 if that ends the text. */
static int add_escape(struct splitting *s, struct err *err)
{
	static const char from[] = "fnrtv\"#$'\\", to[] = "\f\n\r\t\v\"#$'\\";
	char c = s->at[1];
	const char *known = c ? strchr(from, c) : NULL;

	if (s->single && c != '\\' && c != '\'') {
		s->at++;
		add_byte(s, '\\');
		return 0;
	}
	if (!c)
		return err_say(err, EINVAL, "invalid backslash at end of string in -S");
	s->at += 2;
	if (known)
		add_byte(s, to[known - from]);
	else if (c == '_' && s->doubled)
		add_byte(s, ' ');
	else if (c == '_')
		s->between = true;
	else if (c != 'c')
		return err_say(err, EINVAL, "invalid sequence '\\%c' in -S", c);
	else if (s->doubled)
		return err_say(err, EINVAL, "'\\c' must not appear in double-quoted -S string");
	else
		return 1;
	return 0;
}

static size_t name_length(const char *s)
{
	size_t n = 0;

	while ((s[n] >= 'A' && s[n] <= 'Z') || (s[n] >= 'a' && s[n] <= 'z') || s[n] == '_' ||
	       (n && s[n] >= '0' && s[n] <= '9'))
		n++;
	return n;
}

static int add_variable(struct splitting *s, struct err *err)
{
	const struct env_variables *variables = s->variables;
	const char *value = NULL, *at = s->at;
	size_t n = at[1] == '{' ? name_length(at + 2) : 0;
	char name[SHEBANG_READ];

	if (!n || at[2 + n] != '}')
		return err_say(err, EINVAL, "only ${VARNAME} expansion is supported, error at: %s",
			       at);
	s->at += n + 3;
	if (str_copy_bytes(name, sizeof(name), at + 2, n) < 0)
		return -E2BIG;
	if (variables)
		value = variables->get(name, variables->ctx);
	if (!value)
		return 0;
	begin_word(s);
	text_add(s->words, value);
	return 0;
}

/* One byte, or what stands for one; 1 at the end of the text. */
static int add_next(struct splitting *s, struct err *err)
{
	char c = *s->at;

	if (!c || (c == '#' && s->between))
		return 1;
	if (c == '\\')
		return add_escape(s, err);
	if (c == '$' && !s->single)
		return add_variable(s, err);
	s->at++;
	if (c == '\'' && !s->doubled) {
		s->single = !s->single;
		begin_word(s);
	} else if (c == '"' && !s->single) {
		s->doubled = !s->doubled;
		begin_word(s);
	} else if (!s->single && !s->doubled && strchr(" \t\n\v\f\r", c)) {
		s->between = true;
	} else {
		add_byte(s, c);
	}
	return 0;
}

int env_split(const char *text, const struct env_variables *variables, struct text *words,
	      size_t *ret_n, struct err *err)
{
	struct splitting s = {
		.at = text, .words = words, .between = true, .variables = variables
	};
	int r;

	do {
		r = add_next(&s, err);
	} while (r == 0);
	if (r < 0)
		return r;
	if (s.single || s.doubled)
		return err_say(err, EINVAL, "no terminating quote in -S string");
	*ret_n = s.n;
	return text_check(words);
}

/* What follows -S, or the whole argument. */
static const char *python_words(const struct shebang *line)
{
	const char *at = line->arg;

	if (!line->has_arg || !str_eq(line->interp, ENV_PROGRAM))
		return NULL;
	if (str_starts(at, SPLIT))
		at += strlen(SPLIT);
	if (!str_starts(at, PYTHON))
		return NULL;
	return strchr(" \t", at[strlen(PYTHON)]) ? at : NULL; /* or the end: its NUL */
}

bool env_line_names_python(const struct shebang *line)
{
	return python_words(line) != NULL;
}

int env_line_python(const struct shebang *line, const struct env_variables *variables,
		    struct shebang *ret)
{
	const char *words = python_words(line);
	char bytes[SHEBANG_READ];
	struct text text;
	size_t n = 1;
	int r;

	if (!words)
		return 0;
	text_init(&text, bytes, sizeof(bytes));
	if (words != line->arg)
		r = env_split(words, variables, &text, &n, NULL);
	else if (words[strlen(PYTHON)])
		return 0; /* without -S the whole is a name */
	else
		r = str_copy(bytes, sizeof(bytes), PYTHON);
	if (r < 0)
		return r == -EINVAL ? 0 : r;
	(void)str_copy(ret->interp, sizeof(ret->interp), ENV_PYTHON); /* fits */
	ret->has_arg = n > 1;
	ret->more = n > 2 ? n - 2 : 0;
	ret->arg[0] = '\0';
	if (n > 1)
		memcpy(ret->arg, bytes + sizeof(PYTHON), sizeof(bytes) - sizeof(PYTHON));
	return 1;
}
