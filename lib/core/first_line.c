/* SPDX-License-Identifier: MIT */
/* The first line of a script against a tree's interpreters; pure. */
#include "core/first_line.h"

#include <string.h>

#include "core/rule.h"
#include "core/shebang.h"
#include "core/str.h"

/* The default of busypy.conf(5), and the words that env(1) would look up. */
static const struct {
	const char *interp, *line, *word;
} ours[] = {
	{ "/usr/bin/python3", "#!/usr/bin/python3", "python" },
	{ "/bin/shell", "#!/bin/shell", "sh" },
};

enum { PYTHON = 0, N_OURS = sizeof(ours) / sizeof(ours[0]) };

const char *first_line_interpreter(size_t i)
{
	return i < N_OURS ? ours[i].interp : NULL;
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

bool first_line_matched(const char *bytes, size_t n)
{
	struct rule rule;

	for (size_t i = 0; i < N_OURS; i++) {
		for (size_t form = 0; form < RULE_FORMS; form++) {
			if (rule_make(&rule, 1, ours[i].interp, form, false, "/") == 0 &&
			    rule.size <= n && memcmp(rule.magic, bytes, rule.size) == 0)
				return true;
		}
	}
	return false;
}

bool first_line_is_python(const char *bytes, size_t n)
{
	struct shebang line;

	return shebang_parse(bytes, n, &line) == 0 && str_eq(line.interp, ours[PYTHON].interp);
}

enum first_line first_line_check(const char *bytes, size_t n, struct shebang *ret,
				 const char **ret_better)
{
	const char *base;

	*ret_better = NULL;
	if (!shebang_begins(bytes, n))
		return FIRST_LINE_NONE;
	if (n >= SHEBANG_READ && !memchr(bytes, '\n', SHEBANG_READ))
		return FIRST_LINE_LONG;
	if (shebang_parse(bytes, n, ret) < 0 || !ret->interp[0])
		return FIRST_LINE_EMPTY;
	if (shebang_returns(ret))
		return FIRST_LINE_RETURN;
	*ret_better = better_than(ret->interp);
	if (*ret_better)
		return first_line_matched(bytes, n) ? FIRST_LINE_OURS : FIRST_LINE_UNMATCHED;
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
