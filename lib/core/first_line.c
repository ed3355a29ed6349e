/* SPDX-License-Identifier: MIT */
/* The first line of a script against a tree's interpreters; pure. */
#include "core/first_line.h"

#include <string.h>

#include "core/env_line.h"
#include "core/python_call.h"
#include "core/python_minors.h"
#include "core/python_name.h"
#include "core/rule.h"
#include "core/shebang.h"
#include "core/str.h"

/* The default of busypy.conf(5), and the words that env(1) would look up. */
static const struct {
	const char *interp, *line, *word;
} ours[] = {
	{ ENV_PYTHON, "#!" ENV_PYTHON, "python" },
	{ "/bin/shell", "#!/bin/shell", "sh" },
};

/* What env_line_names_python() says yes to. */
static const char *const by_env[] = { ENV_PROGRAM " python3", ENV_PROGRAM " -S python3" };

enum {
	PYTHON = 0,
	N_OURS = sizeof(ours) / sizeof(ours[0]),
	N_BY_ENV = sizeof(by_env) / sizeof(by_env[0])
};

const char *first_line_interpreter(size_t i)
{
	return i < N_OURS ? ours[i].interp : NULL;
}

const char *first_line_by_env(size_t i)
{
	return i < N_BY_ENV ? by_env[i] : NULL;
}

static const char *better_than(const char *interp)
{
	for (size_t i = 0; i < N_OURS; i++) {
		if (str_eq(ours[i].interp, interp))
			return ours[i].line;
	}
	return NULL;
}

/* What env is asked to start: `env -S python3 -u` and `env python3` alike. */
static const char *better_than_env(const char *arg)
{
	while (str_starts(arg, "-")) {
		arg += strcspn(arg, " ");
		arg += strspn(arg, " ");
	}
	for (size_t i = 0; i < N_OURS; i++) {
		if (str_starts(arg, ours[i].word))
			return ours[i].line;
	}
	return NULL;
}

static bool matches(const char *interp, const char *bytes, size_t n)
{
	struct rule rule;

	for (size_t form = 0; form < RULE_FORMS; form++) {
		if (rule_make(&rule, 1, interp, form, false, "/") == 0 && rule.size <= n &&
		    memcmp(rule.magic, bytes, rule.size) == 0)
			return true;
	}
	return false;
}

/* The Python of several whose interpreter this is; 0 if none's. */
static unsigned numbered(const char *interp, const struct python_minors *several)
{
	char name[PYTHON_NAME_PATH_SIZE];

	for (size_t i = 0; several && i < several->n; i++) {
		python_name_path(several->minor[i], name);
		if (str_eq(name, interp))
			return several->minor[i];
	}
	return 0;
}

bool first_line_matched(const char *bytes, size_t n, const struct python_minors *several)
{
	char name[PYTHON_NAME_PATH_SIZE];

	for (size_t i = 0; i < N_OURS; i++) {
		if (matches(ours[i].interp, bytes, n))
			return true;
	}
	for (size_t i = 0; several && i < several->n; i++) {
		python_name_path(several->minor[i], name);
		if (matches(name, bytes, n))
			return true;
	}
	for (size_t i = 0; i < N_BY_ENV; i++) {
		if (matches(by_env[i], bytes, n))
			return true;
	}
	return false;
}

/* The line without env. */
static bool read_python(const char *bytes, size_t n, const struct python_minors *several,
			struct shebang *ret)
{
	struct shebang line;

	if (shebang_parse(bytes, n, &line) < 0)
		return false;
	if (env_line_python(&line, NULL, ret) == 1)
		return true;
	*ret = line;
	return str_eq(line.interp, ours[PYTHON].interp) || numbered(line.interp, several);
}

bool first_line_is_python(const char *bytes, size_t n, const struct python_minors *several)
{
	struct shebang python;

	return read_python(bytes, n, several, &python);
}

unsigned first_line_minor(const char *bytes, size_t n, const struct python_minors *several)
{
	struct shebang line;

	return shebang_parse(bytes, n, &line) < 0 ? 0 : numbered(line.interp, several);
}

int first_line_python(const char *bytes, size_t n, const struct python_minors *several,
		      struct python_call *ret, struct err *err)
{
	struct shebang python;

	return read_python(bytes, n, several, &python) ? python_call_line(&python, ret, err) : 0;
}

/* A line of ours: whether its words let Python run the script. */
static enum first_line check_words(const char *bytes, size_t n, const struct python_minors *several)
{
	struct python_call call = { .minor = first_line_minor(bytes, n, several) };
	struct shebang python;

	if (!read_python(bytes, n, several, &python) || python_call_line(&python, &call, NULL) == 1)
		return FIRST_LINE_OURS;
	return FIRST_LINE_STRAY;
}

/* A line by which env starts, or seems to start, the tree's Python. */
static enum first_line check_env(const char *bytes, size_t n, const struct shebang *line)
{
	struct shebang python;

	if (!first_line_matched(bytes, n, NULL))
		return shebang_returns(line) ? FIRST_LINE_RETURN : FIRST_LINE_ENV;
	if (env_line_python(line, NULL, &python) == 1)
		return check_words(bytes, n, NULL);
	return shebang_returns(line) ? FIRST_LINE_RETURN : FIRST_LINE_ENV_REFUSES;
}

enum first_line first_line_check(const char *bytes, size_t n, const struct python_minors *several,
				 struct shebang *ret, const char **ret_better)
{
	const char *base;

	*ret_better = NULL;
	if (!shebang_begins(bytes, n))
		return FIRST_LINE_NONE;
	if (n >= SHEBANG_READ && !memchr(bytes, '\n', SHEBANG_READ))
		return FIRST_LINE_LONG;
	if (shebang_parse(bytes, n, ret) < 0 || !ret->interp[0])
		return FIRST_LINE_EMPTY;
	if (env_line_names_python(ret)) {
		*ret_better = ours[PYTHON].line;
		return check_env(bytes, n, ret);
	}
	if (shebang_returns(ret))
		return FIRST_LINE_RETURN;
	*ret_better = better_than(ret->interp);
	if (*ret_better || numbered(ret->interp, several))
		return first_line_matched(bytes, n, several) ? check_words(bytes, n, several)
							     : FIRST_LINE_UNMATCHED;
	base = path_base(ret->interp);
	if (str_starts(base, ours[PYTHON].word)) {
		*ret_better = ours[PYTHON].line;
		return FIRST_LINE_PYTHON;
	}
	if (!str_eq(base, "env"))
		return FIRST_LINE_OTHER;
	*ret_better = better_than_env(ret->arg);
	return FIRST_LINE_ENV;
}
