/* SPDX-License-Identifier: MIT */
/* Sets environment variables in static memory, since setenv(3) allocates. */
#include "environment.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "core/str.h"
#include "log.h"

enum { VARIABLES_MAX = 512, SET_TEXT_MAX = 4096 };

static char *vector[VARIABLES_MAX + 1];
static size_t n_variables;
static char text[SET_TEXT_MAX];
static size_t text_used;

void environment_init(void)
{
	char **from = environ;

	while (from && *from && n_variables < VARIABLES_MAX)
		vector[n_variables++] = *from++;
	if (from && *from)
		log_say("init: more than %d environment variables, ignoring the rest",
			VARIABLES_MAX);
	vector[n_variables] = NULL;
	environ = vector;
}

static size_t find(const char *name)
{
	size_t n = strlen(name), i = 0;

	while (i < n_variables && !(str_starts(vector[i], name) && vector[i][n] == '='))
		i++;
	return i;
}

int environment_set(const char *name, const char *value)
{
	size_t at = find(name);
	struct text line;

	if (at == VARIABLES_MAX || text_used >= sizeof(text))
		return -E2BIG;
	text_init(&line, text + text_used, sizeof(text) - text_used);
	text_addf(&line, "%s=%s", name, value);
	if (text_check(&line) < 0)
		return -E2BIG;
	vector[at] = text + text_used;
	text_used += line.used + 1;
	if (at == n_variables)
		vector[++n_variables] = NULL;
	return 0;
}

void environment_unset(const char *name)
{
	size_t at = find(name);

	if (at == n_variables)
		return;
	for (; at < n_variables; at++)
		vector[at] = vector[at + 1];
	n_variables--;
}

void environment_drop(bool (*is_one)(const char *variable))
{
	size_t kept = 0;

	for (size_t i = 0; i < n_variables; i++) {
		if (!is_one(vector[i]))
			vector[kept++] = vector[i];
	}
	n_variables = kept;
	vector[kept] = NULL;
}
