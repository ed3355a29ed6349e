/* SPDX-License-Identifier: MIT */
/* The text of env -S, word by word, and the lines by which env starts Python. */
#include "core/env_line.h"

#include <errno.h>

#include "core/err.h"
#include "core/shebang.h"
#include "core/str.h"
#include "check.h"

static const char *variable(const char *name, void *ctx)
{
	return strcmp(name, "V") == 0 ? ctx : NULL;
}

static const struct env_variables variables = { .get = variable, .ctx = "v w" };

/* The words, each in brackets, or env's reason. */
static void splits(const char *text, const char *wanted, const char *what)
{
	char bytes[64], shown[256] = "";
	struct err err = { 0 };
	struct text words;
	size_t n = 0;
	int r;

	text_init(&words, bytes, sizeof(bytes));
	r = env_split(text, &variables, &words, &n, &err);
	for (const char *word = bytes; r == 0 && n > 0; n--, word += strlen(word) + 1) {
		strcat(shown, "<");
		strcat(shown, word);
		strcat(shown, ">");
	}
	CHECK_TEXT(r == -EINVAL ? err.text : r == -E2BIG ? "too long" : shown, wanted, what);
}

static void test_words(void)
{
	splits("", "", "no text");
	splits(" \t\v\f\r\n ", "", "blanks alone");
	splits(" a  b\tc\r", "<a><b><c>", "words");
	splits("'a b' \"c d\"e", "<a b><c de>", "quotes");
	splits("'' a \"\"", "<><a><>", "empty words");
	splits("'\"' \"'\"", "<\"><'>", "quotes within the others");
	splits("a#b #c d", "<a#b>", "a comment begins where a word would");
	splits("'#'", "<#>", "not within quotes");
	splits("a\\_b \"c\\_d\"", "<a><b><c d>", "\\_ parts words, and is a blank in quotes");
	splits("a\\cb", "<a>", "\\c ends the text");
	splits("\\t\\\\\\#\\$\\'\\\"", "<\t\\#$'\">", "bytes that a backslash stands for");
	splits("'\\t\\\\\\''", "<\\t\\'>", "in single quotes only two of them");
}

static void test_variables(void)
{
	splits("a${V}b", "<av wb>", "a variable's value is not split");
	splits("${V} ${NONE}", "<v w>", "one that is not set is no word");
	splits("\"${NONE}\"", "<>", "but in quotes");
	splits("'${V}'", "<${V}>", "none in single quotes");
	splits("$V", "only ${VARNAME} expansion is supported, error at: $V", "no braces");
	splits("x${1}y", "only ${VARNAME} expansion is supported, error at: ${1}y", "no name");
	splits("${V", "only ${VARNAME} expansion is supported, error at: ${V", "no end");
	splits("${V2} ${_a}", "", "digits and underscores");
}

static void test_refused(void)
{
	char bytes[8], name[SHEBANG_READ + 8] = "${";
	struct text words;
	size_t n;

	splits("'a", "no terminating quote in -S string", "an open quote");
	splits("\"a", "no terminating quote in -S string", "or the other");
	splits("a\\", "invalid backslash at end of string in -S", "a backslash alone");
	splits("a\\x", "invalid sequence '\\x' in -S", "an unknown one");
	splits("\"\\c\"", "'\\c' must not appear in double-quoted -S string", "\\c in quotes");
	splits("0123456789012345678901234567890123456789012345678901234567890123", "too long",
	       "more than there is room for");
	text_init(&words, bytes, sizeof(bytes));
	CHECK(env_split("a${V} b", NULL, &words, &n, NULL) == 0 && n == 2, "nothing is set");
	memset(name + 2, 'N', sizeof(name) - 4);
	name[sizeof(name) - 2] = '}';
	splits(name, "too long", "a name longer than a line");
}

/* The line without env: its words in brackets; "no" if env does not start python3 for it. */
static void becomes(const char *text, const char *wanted, const char *what)
{
	char shown[SHEBANG_READ * 2] = "no";
	struct shebang line, python;
	const char *word = python.arg;
	int r = shebang_parse(text, strlen(text), &line);

	if (r == 0)
		r = env_line_python(&line, &variables, &python);
	if (r == 1)
		(void)snprintf(shown, sizeof(shown), "%s", python.interp);
	for (size_t i = 0; r == 1 && python.has_arg && i <= python.more; i++) {
		size_t at = strlen(shown);

		(void)snprintf(shown + at, sizeof(shown) - at, "<%s>", word);
		word += strlen(word) + 1;
	}
	CHECK_TEXT(r < 0 ? "too long" : shown, wanted, what);
}

static void test_lines(void)
{
	becomes("#!/usr/bin/env python3\n", "/usr/bin/python3", "env python3");
	becomes("#!/usr/bin/env python3 -u\n", "no", "an argument without -S");
	becomes("#!/usr/bin/env -S python3 -u\n", "/usr/bin/python3<-u>", "an argument");
	becomes("#!/usr/bin/env -S python3\t'a b' -c ''\n", "/usr/bin/python3<a b><-c><>", "three");
	becomes("#!/usr/bin/env -S python3 ${V}\n", "/usr/bin/python3<v w>", "a variable");
	becomes("#!/usr/bin/env -S python3 $V\n", "no", "env refuses it");
	becomes("#!/usr/bin/env -S python3.11\n", "no", "another program");
	becomes("#!/usr/bin/env -S  python3\n", "no", "no line of the handler's");
	becomes("#!/usr/bin/env\n", "no", "env alone");
	becomes("#!/usr/bin/env perl\n", "no", "another language");
	becomes("#!/usr/bin/python3 python3\n", "no", "no env");
	becomes("#!/usr/bin/env -S python3 ${V}${V}${V}${V}${V}${V}${V}${V}${V}${V}${V}${V}${V}${V}"
		"${V}${V}${V}${V}${V}${V}${V}${V}${V}${V}${V}${V}${V}${V}${V}${V}${V}${V}${V}${V}"
		"${V}${V}${V}${V}${V}\n",
		"/usr/bin/python3<v wv wv wv wv wv wv wv wv wv wv wv wv wv wv wv wv wv wv wv wv wv "
		"wv wv wv wv wv wv wv wv wv wv wv wv wv wv wv wv wv w>",
		"many variables");
}

int main(void)
{
	static char long_value[SHEBANG_READ + 1];
	const struct env_variables too_long = { .get = variable, .ctx = long_value };
	struct shebang line, python;

	test_words();
	test_variables();
	test_refused();
	test_lines();
	memset(long_value, 'v', SHEBANG_READ);
	(void)shebang_parse("#!/usr/bin/env -S python3 ${V}\n", 31, &line);
	CHECK(env_line_python(&line, &too_long, &python) == -E2BIG, "a value that is too long");
	return done();
}
