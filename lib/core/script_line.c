/* SPDX-License-Identifier: MIT */
/* The shebang line against the interpreters that the handler matches by default. */
#include "core/script_line.h"

#include <stdbool.h>
#include <string.h>

#include "core/shebang.h"
#include "core/str.h"

/* The default of busypy.conf(5), and the words that env(1) would look up. */
static const struct {
	const char *interp, *line, *word;
} ours[] = {
	{ "/usr/bin/python3", "#!/usr/bin/python3", "python" },
	{ "/bin/shell", "#!/bin/shell", "sh" },
};

static size_t find_ours(const char *interp)
{
	size_t i = 0;

	while (i < sizeof(ours) / sizeof(ours[0]) && !str_eq(ours[i].interp, interp))
		i++;
	return i;
}

/* What env is asked to start: `env -S python3 -u` and `env python3` alike. */
static const char *better_than_env(const char *arg)
{
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		const char *word = arg;

		while (str_starts(word, "-")) {
			word += strcspn(word, " ");
			word += strspn(word, " ");
		}
		if (str_starts(word, ours[i].word))
			return ours[i].line;
	}
	return NULL;
}

/* The handler's magic: the name at once, and a line feed, blank or tab behind it (lib/core/rule).
 */
static bool matched(const char *bytes, size_t n, const char *interp)
{
	size_t used = 2 + strlen(interp);

	return n > used && memcmp(bytes + 2, interp, used - 2) == 0 &&
	       (bytes[used] == '\n' || bytes[used] == ' ' || bytes[used] == '\t');
}

static bool is_env(const char *interp)
{
	return str_eq(interp, "/usr/bin/env") || str_eq(interp, "/bin/env");
}

enum script_kind script_judge(const char *bytes, size_t n, struct shebang *ret,
			      const char **ret_better)
{
	size_t which;

	*ret_better = NULL;
	if (n < 2 || bytes[0] != '#' || bytes[1] != '!')
		return SCRIPT_NONE;
	/* a line that fills what the kernel reads may go on behind it */
	if (n >= SHEBANG_READ && !memchr(bytes, '\n', SHEBANG_READ))
		return SCRIPT_LONG;
	if (shebang_parse(bytes, n, ret) < 0)
		return SCRIPT_NONE;
	if (str_ends(ret->interp, "\r") || (ret->has_arg && str_ends(ret->arg, "\r")))
		return SCRIPT_RETURN;
	which = find_ours(ret->interp);
	if (which < sizeof(ours) / sizeof(ours[0])) {
		if (matched(bytes, n, ret->interp))
			return SCRIPT_OURS;
		*ret_better = ours[which].line;
		return SCRIPT_SPACED;
	}
	if (!is_env(ret->interp))
		return SCRIPT_OTHER;
	if (ret->has_arg)
		*ret_better = better_than_env(ret->arg);
	return SCRIPT_ENV;
}
