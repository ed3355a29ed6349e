/* SPDX-License-Identifier: MIT */
/* env(1)'s options, assignments and program; pure. */
#include "core/env_call.h"

#include <errno.h>
#include <string.h>

#include "core/env_line.h"
#include "core/err.h"
#include "core/str.h"

struct reading {
	struct env_call *call;
	const struct env_variables *variables;
	size_t at;  /* the word */
	bool null;  /* -0 */
	bool unset; /* -u PATH */
	struct err *err;
};

/* Puts the words of -S in the place of all that was read, so that they are read next. */
static int spread(struct reading *reading, const char *value)
{
	struct env_call *call = reading->call;
	size_t next = reading->at, rest = call->n - next, n;
	char *at = call->text + call->used;
	struct text text;
	int r;

	text_init(&text, at, sizeof(call->text) - call->used);
	r = env_split(value, reading->variables, &text, &n, reading->err);
	if (r < 0)
		return r;
	if (1 + n + rest > ENV_WORDS_MAX)
		return -E2BIG;
	memmove(call->words + 1 + n, call->words + next, rest * sizeof(call->words[0]));
	for (size_t i = 1; i <= n; i++) {
		call->words[i] = at;
		at += strlen(at) + 1;
	}
	call->used += text.used + 1;
	call->n = 1 + n + rest;
	reading->at = 1;
	return 0;
}

static enum env_end fail(const struct reading *reading, const char *what, const char *word)
{
	(void)err_say(reading->err, EINVAL, "%s%s%s%s", what, word ? " '" : "", word ? word : "",
		      word ? "'" : "");
	return ENV_FAILS;
}

/* An option with an argument. ENV_RUNS: go on. */
static enum env_end take(struct reading *reading, char option, const char *value)
{
	struct env_call *call = reading->call;
	int r;

	if (option == 'C')
		call->directory = value;
	if (option == 'u') {
		if (!*value || strchr(value, '='))
			return fail(reading, "cannot unset", value);
		reading->unset = reading->unset || str_eq(value, "PATH");
	}
	if (option != 'S')
		return ENV_RUNS;
	r = spread(reading, value);
	return r == 0 ? ENV_RUNS : r == -EINVAL ? ENV_FAILS : ENV_UNKNOWN;
}

/* A word of one-letter options. */
static enum env_end read_letters(struct reading *reading)
{
	struct env_call *call = reading->call;
	const char *at = call->words[reading->at++] + 1;
	char letter[2] = { 0 };

	for (; *at; at++) {
		letter[0] = *at;
		if (strchr("CSu", *at)) {
			const char *value = at[1] ? at + 1 : NULL;

			if (!value && reading->at < call->n)
				value = call->words[reading->at++];
			if (!value)
				return fail(reading, "option requires an argument --", letter);
			return take(reading, *at, value);
		}
		if (*at == 'i')
			call->ignores = true;
		else if (*at == '0')
			reading->null = true;
		else if (*at == 'a')
			return ENV_UNKNOWN; /* since coreutils 9.5 */
		else if (*at != 'v')
			return fail(reading, "invalid option --", letter);
	}
	return ENV_RUNS;
}

/* A word that begins with two dashes; names may be shortened. */
static enum env_end read_name(struct reading *reading)
{
	static const struct {
		const char *name;
		char letter;
	} names[] = {
		{ "chdir", 'C' },	 { "unset", 'u' },
		{ "split-string", 'S' }, { "ignore-environment", 'i' },
		{ "null", '0' },	 { "debug", 'v' },
	};
	const char *word = reading->call->words[reading->at] + 2, *value = strchr(word, '=');
	size_t n = value ? (size_t)(value - word) : strlen(word), found = 0, which = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strncmp(names[i].name, word, n) != 0)
			continue;
		found++;
		which = i;
	}
	if (found != 1 || n < 2)
		return ENV_UNKNOWN; /* signals, help: nothing that a first line has */
	reading->at++;
	if (which < 3) {
		if (value)
			value++;
		else if (reading->at < reading->call->n)
			value = reading->call->words[reading->at++];
		return value ? take(reading, names[which].letter, value)
			     : fail(reading, "option requires an argument:", names[which].name);
	}
	if (value)
		return fail(reading, "option takes no argument:", names[which].name);
	reading->call->ignores |= names[which].letter == 'i';
	reading->null |= names[which].letter == '0';
	return ENV_RUNS;
}

/* NAME=VALUE words, up to the program. */
static enum env_end read_assignments(struct reading *reading)
{
	struct env_call *call = reading->call;

	if (call->ignores || reading->unset)
		call->path = NULL;
	for (; reading->at < call->n && strchr(call->words[reading->at], '='); reading->at++) {
		const char *word = call->words[reading->at];

		if (str_starts(word, "PATH="))
			call->path = word + strlen("PATH=");
	}
	call->program = reading->at;
	if (reading->at == call->n)
		return call->directory
			       ? fail(reading, "must specify command with --chdir (-C)", NULL)
			       : ENV_PRINTS;
	if (reading->null)
		return fail(reading, "cannot specify --null (-0) with command", NULL);
	return ENV_RUNS;
}

enum env_end env_call_parse(struct env_call *ret, const struct env_variables *variables,
			    struct err *err)
{
	struct reading reading = { .call = ret, .variables = variables, .at = 1, .err = err };

	while (reading.at < ret->n) {
		const char *word = ret->words[reading.at];
		enum env_end end;

		if (word[0] != '-' || !word[1])
			break;
		if (str_eq(word, "--")) {
			reading.at++;
			break;
		}
		end = word[1] == '-' ? read_name(&reading) : read_letters(&reading);
		if (end != ENV_RUNS)
			return end;
	}
	if (reading.at < ret->n && str_eq(ret->words[reading.at], "-")) {
		ret->ignores = true;
		reading.at++;
	}
	return read_assignments(&reading);
}
