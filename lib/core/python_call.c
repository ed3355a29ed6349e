/* SPDX-License-Identifier: MIT */
/* The command line of CPython; pure. */
#include "core/python_call.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "core/err.h"
#include "core/shebang.h"
#include "core/str.h"

enum {
	HELP_PARTS_SINCE = 11, /* --help-all, --help-env, --help-xoptions; -P */
	UNINDENTED_SINCE = 14,
	NEWEST = 14,
	FRAMES_MAX = 65535,
	DIGITS_LEAST = 640,
};

/* _PyOS_GetOpt(): where it stands. */
struct getopt {
	const struct python_call *call;
	size_t next;	   /* the word after the one that is read */
	const char *at;	   /* in a word of letters */
	const char *value; /* of the option that was returned */
	struct err *err;
};

enum { OPTION_END = -1, OPTION_UNKNOWN = -2, OPTION_PYCS = -3 };

static unsigned minor_of(const struct python_call *call)
{
	return call->minor ? call->minor : NEWEST;
}

/* What takes no value, and what does. */
static bool is_flag(const struct python_call *call, char letter)
{
	return strchr("bBdEhiIOqRsStuvVx?", letter) ||
	       (letter == 'P' && minor_of(call) >= HELP_PARTS_SINCE);
}

static bool is_valued(char letter)
{
	return strchr("cmWX", letter);
}

static int take_value(struct getopt *getopt, int option, const char *name)
{
	if (getopt->next >= getopt->call->n) {
		(void)err_say(getopt->err, EINVAL, "Argument expected for the %s option", name);
		return OPTION_UNKNOWN;
	}
	getopt->value = getopt->call->words[getopt->next++];
	return option;
}

/* A name behind two dashes, or behind a dash that stands among letters. */
static int next_name(struct getopt *getopt)
{
	static const char *const helps[] = { "help-all", "help-env", "help-xoptions" };
	const char *name = getopt->at, *word = getopt->call->words[getopt->next - 1];
	bool takes = str_eq(name, "check-hash-based-pycs");
	bool prints = false;

	if (!*name)
		return OPTION_END;
	for (size_t i = 0; i < 3 && minor_of(getopt->call) >= HELP_PARTS_SINCE; i++)
		prints = prints || str_eq(name, helps[i]);
	if (!takes && !prints) { /* the letters of the name are read on */
		(void)err_say(getopt->err, EINVAL, "unknown option %s", word);
		return OPTION_UNKNOWN;
	}
	getopt->at = "";
	return prints ? 'h' : take_value(getopt, OPTION_PYCS, word);
}

static int next_letter(struct getopt *getopt)
{
	char letter = *getopt->at++, name[3] = { '-', letter, '\0' };

	if (letter == '-')
		return next_name(getopt);
	if (is_flag(getopt->call, letter))
		return letter;
	if (!is_valued(letter)) {
		/* a letter may be more than one byte: all that follows is shown */
		(void)err_say(getopt->err, EINVAL, "Unknown option: -%s",
			      (unsigned char)letter < 0x80 ? name + 1 : getopt->at - 1);
		return OPTION_UNKNOWN;
	}
	if (!*getopt->at)
		return take_value(getopt, letter, name);
	getopt->value = getopt->at;
	getopt->at = "";
	return letter;
}

static int next_option(struct getopt *getopt)
{
	const char *word;

	if (!*getopt->at) {
		if (getopt->next >= getopt->call->n)
			return OPTION_END;
		word = getopt->call->words[getopt->next];
		if (word[0] != '-' || !word[1])
			return OPTION_END;
		getopt->next++;
		if (str_eq(word, "--"))
			return OPTION_END;
		if (str_eq(word, "--help"))
			return 'h';
		if (str_eq(word, "--version"))
			return 'V';
		getopt->at = word + 1;
	}
	return next_letter(getopt);
}

/* -- -X ------------------------------------------------------------------------------------- */

/* config_wstr_to_int(). */
static bool to_int(const char *s, long long *ret)
{
	bool negative;
	long long value = 0;

	s += strspn(s, " \t\n\v\f\r");
	negative = *s == '-';
	s += *s == '-' || *s == '+';
	for (; *s >= '0' && *s <= '9' && value <= INT_MAX; s++)
		value = 10 * value + (*s - '0');
	*ret = negative ? -value : value;
	return !*s && value <= INT_MAX;
}

static bool is_bit(const char *value)
{
	return value && (str_eq(value, "0") || str_eq(value, "1"));
}

static bool frames_fit(const char *value)
{
	long long n = 1;

	return !value || (to_int(value, &n) && n >= 0 && n <= FRAMES_MAX);
}

static bool digits_fit(const char *value)
{
	long long n;

	return value && to_int(value, &n) && (n == 0 || n >= DIGITS_LEAST);
}

static bool frozen_fits(const char *value)
{
	return !value || !*value || str_eq(value, "on") || str_eq(value, "off");
}

static bool processors_fit(const char *value)
{
	long long n;

	return value && (str_eq(value, "default") || (to_int(value, &n) && n >= 1));
}

/* A Python without its lock is another program. */
static bool lock_fits(const char *value)
{
	return value && str_eq(value, "1");
}

static bool times_fit(const char *value)
{
	long long n;

	return !value || !to_int(value, &n) || !*value || (n >= 0 && n <= 2);
}

/* Those whose value is looked at; a later one of the same name is not. */
static const struct {
	const char *name;
	unsigned since;
	bool (*fits)(const char *value); /* NULL without '=' */
} xoptions[] = {
	{ "utf8", 7, NULL }, /* before all else */
	{ "tracemalloc", 6, frames_fit },
	{ "int_max_str_digits", 11, digits_fit },
	{ "frozen_modules", 11, frozen_fits },
	{ "cpu_count", 13, processors_fit },
	{ "gil", 13, lock_fits },
	{ "importtime", 14, times_fit },
	{ "thread_inherit_context", 14, is_bit },
	{ "context_aware_warnings", 14, is_bit },
};

enum { UTF8 = 0, N_XOPTIONS = sizeof(xoptions) / sizeof(xoptions[0]) };

struct given {
	const char *first[N_XOPTIONS]; /* NAME or NAME=VALUE */
};

static void note_xoption(struct given *given, const char *text)
{
	size_t n = strcspn(text, "=");

	for (size_t i = 0; i < N_XOPTIONS; i++) {
		if (!given->first[i] && strlen(xoptions[i].name) == n &&
		    strncmp(text, xoptions[i].name, n) == 0)
			given->first[i] = text;
	}
}

static enum python_end fail(struct python_call *call, int status)
{
	call->status = status;
	return PYTHON_FAILS;
}

/* PYTHON_RUNS: go on. */
static enum python_end check_xoption(struct python_call *call, const struct given *given, size_t i,
				     struct err *err)
{
	const char *text = given->first[i], *equals = text ? strchr(text, '=') : NULL,
		   *value = equals ? equals + 1 : NULL;
	bool fits;

	if (!text || minor_of(call) < xoptions[i].since)
		return PYTHON_RUNS;
	fits = xoptions[i].fits ? xoptions[i].fits(value) : !value || is_bit(value);
	if (fits)
		return PYTHON_RUNS;
	(void)err_say(err, EINVAL, "invalid value of -X %s", text);
	return fail(call, PYTHON_FATAL);
}

/* -- the whole ------------------------------------------------------------------------------ */

/* What is read before the interpreter is prepared: -E, -I and -X. It goes on where it knows no
 * option. */
static void read_early(struct python_call *call, struct given *given)
{
	struct getopt getopt = { .call = call, .next = 1, .at = "" };
	int option;

	while ((option = next_option(&getopt)) != OPTION_END && option != 'c' && option != 'm') {
		if (option == 'X')
			note_xoption(given, getopt.value);
		call->ignores = call->ignores || option == 'E' || option == 'I';
		call->isolated = call->isolated || option == 'I';
	}
}

/* A command's first blank is of importance until 3.14; a path is no Python. What fails is followed
 * by a prompt with -i. */
static enum python_end take_command(struct python_call *call, struct err *err)
{
	const char *text = call->text, *why = NULL;
	size_t blanks = strspn(text, " \t");

	if (blanks && minor_of(call) < UNINDENTED_SINCE && text[blanks] &&
	    !strchr("#\n\r", text[blanks]))
		why = "IndentationError: unexpected indent";
	else if (text[0] == '/' || str_starts(text, "./") || str_starts(text, "../"))
		why = "SyntaxError: invalid syntax";
	if (!why || call->inspects)
		return PYTHON_COMMAND;
	(void)err_say(err, EINVAL, "%s", why);
	return fail(call, PYTHON_FATAL);
}

/* True if there may be a module of that name: a path, or what a first line has in one word, is
 * none. */
static bool is_module(const char *text)
{
	return text[0] && text[0] != '.' && !str_ends(text, ".") && !strpbrk(text, "/ \t\r\n");
}

static enum python_end take_module(struct python_call *call, struct err *err)
{
	if (call->inspects || is_module(call->text))
		return PYTHON_MODULE;
	(void)err_say(err, EINVAL, "No module named %s", call->text);
	return fail(call, PYTHON_FATAL);
}

/* Options up to the program. PYTHON_RUNS: it is the next word. */
static enum python_end read_options(struct python_call *call, struct getopt *getopt)
{
	bool version = false;
	int option;

	while ((option = next_option(getopt)) != OPTION_END) {
		switch (option) {
		case 'c':
		case 'm':
			call->text = getopt->value;
			return version	       ? PYTHON_PRINTS
			       : option == 'm' ? PYTHON_MODULE
					       : PYTHON_COMMAND;
		case 'h':
		case '?':
			return PYTHON_PRINTS;
		case 'V':
			version = true;
			break;
		case 'S':
			call->no_site = true;
			break;
		case 'x':
			call->skips = true;
			break;
		case 'i':
			call->inspects = true;
			break;
		case OPTION_PYCS:
			if (str_eq(getopt->value, "always") || str_eq(getopt->value, "never") ||
			    str_eq(getopt->value, "default"))
				break;
			(void)err_say(getopt->err, EINVAL,
				      "--check-hash-based-pycs must be one of 'default', 'always', "
				      "or 'never'");
			return fail(call, PYTHON_USAGE);
		case OPTION_UNKNOWN:
			return fail(call, PYTHON_USAGE);
		}
	}
	return version ? PYTHON_PRINTS : PYTHON_RUNS;
}

enum python_end python_call_parse(struct python_call *call, struct err *err)
{
	struct getopt getopt = { .call = call, .next = 1, .at = "", .err = err };
	struct given given = { 0 };
	enum python_end end;

	read_early(call, &given);
	end = check_xoption(call, &given, UTF8, err);
	if (end == PYTHON_FAILS)
		return end;
	end = read_options(call, &getopt);
	if (end == PYTHON_PRINTS || end == PYTHON_FAILS)
		return end;
	for (size_t i = 0; i < N_XOPTIONS; i++) {
		if (check_xoption(call, &given, i, err) == PYTHON_FAILS)
			return PYTHON_FAILS;
	}
	if (end == PYTHON_COMMAND)
		return take_command(call, err);
	if (end == PYTHON_MODULE)
		return take_module(call, err);
	if (getopt.next >= call->n || str_eq(call->words[getopt.next], "-"))
		return PYTHON_STDIN;
	call->script = getopt.next;
	return PYTHON_RUNS;
}

/* -- first lines ---------------------------------------------------------------------------- */

enum { LINE_WORDS_MAX = SHEBANG_READ };

int python_call_hint(const char *word, struct err *err)
{
	if (strpbrk(word, " \t"))
		return err_hint(err, 0,
				"the kernel passes '%s' as one word; #!/usr/bin/env -S python3 "
				"%s parts it",
				word, word);
	if (str_ends(word, "\r"))
		return err_hint(err, 0,
				"the first line ends in a carriage return: sed -i 's/\\r$//' it");
	return err_hint(err, 0, "let it begin with #!/usr/bin/python3");
}

static const char *instead(enum python_end end)
{
	switch (end) {
	case PYTHON_COMMAND:
	case PYTHON_MODULE:
		return "takes the script's path for what it is told to run";
	case PYTHON_STDIN:
		return "reads a program from standard input, never the script";
	case PYTHON_PRINTS:
		return "only tells of itself, and never runs the script";
	case PYTHON_RUNS:
	case PYTHON_FAILS:
		break;
	}
	return NULL;
}

int python_call_line(const struct shebang *line, struct python_call *ret, struct err *err)
{
	static const char script[] = "SCRIPT";
	const char *words[LINE_WORDS_MAX + 2] = { "python3" }, *at = line->arg;
	struct err why = { 0 };
	enum python_end end;
	size_t n = 1;
	bool meant;

	for (size_t i = 0; line->has_arg && i <= line->more && n < LINE_WORDS_MAX; i++) {
		words[n++] = at;
		at += strlen(at) + 1;
	}
	words[n++] = script;
	*ret = (struct python_call){ .words = words, .n = n, .minor = ret->minor };
	end = python_call_parse(ret, &why);
	ret->words = NULL;
	meant = (end == PYTHON_RUNS && ret->script == n - 1) ||
		((end == PYTHON_COMMAND || end == PYTHON_MODULE) && ret->text != script);
	ret->text = NULL;
	if (meant)
		return 1;
	if (end == PYTHON_RUNS)
		(void)err_say(err, EINVAL, "python3 takes '%s' for the script", words[ret->script]);
	else if (end == PYTHON_FAILS)
		(void)err_say(err, EINVAL, "python3 ends with status %d: %s", ret->status,
			      why.text);
	else
		(void)err_say(err, EINVAL, "python3 %s", instead(end));
	(void)python_call_hint(line->more ? "" : line->arg, err);
	return 0;
}
