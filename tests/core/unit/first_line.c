/* SPDX-License-Identifier: MIT */
/* What a first line is: which ones the handler takes, and what is said of the others. */
#include "core/first_line.h"

#include "core/env_line.h"
#include "core/err.h"
#include "core/python_call.h"
#include "core/python_minors.h"
#include "core/shebang.h"
#include "check.h"

static void is(const char *bytes, size_t n, enum first_line kind, const char *what)
{
	struct shebang line;
	const char *better;

	CHECK(first_line_check(bytes, n, NULL, &line, &better) == kind, what);
}

static void advises(const char *line, const char *advice, const char *what)
{
	struct shebang shebang;
	const char *better;

	(void)first_line_check(line, strlen(line), NULL, &shebang, &better);
	CHECK_TEXT(better ? better : "none", advice, what);
}

#define LINE(s) s, sizeof(s) - 1

static void test_kinds(void)
{
	char buf[SHEBANG_READ + 16];

	is(LINE("#!/usr/bin/python3\n"), FIRST_LINE_OURS, "Python");
	is(LINE("#!/usr/bin/python3 -u\n"), FIRST_LINE_OURS, "Python with an option");
	is(LINE("#!/bin/shell\t\n"), FIRST_LINE_OURS, "the tree's shell");
	is(LINE("#! /bin/shell\n"), FIRST_LINE_OURS, "one blank after #! is a form of ours");
	is(LINE("#!  /usr/bin/python3\n"), FIRST_LINE_UNMATCHED, "two blanks are none");
	is(LINE("#!\t/bin/shell\n"), FIRST_LINE_UNMATCHED, "nor is a tab");
	is(LINE("#!/usr/bin/python3"), FIRST_LINE_UNMATCHED, "no line feed: no ending matches");
	is(LINE("#!/usr/bin/python3\0\n"), FIRST_LINE_UNMATCHED, "a NUL is no ending");
	is(LINE("#!/usr/bin/python3.11\n"), FIRST_LINE_PYTHON, "another name of Python");
	is(LINE("#!/usr/local/bin/python\n"), FIRST_LINE_PYTHON, "another place of Python");
	is(LINE("#!/usr/bin/perl\n"), FIRST_LINE_OTHER, "another language");
	is(LINE("#!/usr/bin/env perl\n"), FIRST_LINE_ENV, "env");
	is(LINE("#!/bin/env perl\n"), FIRST_LINE_ENV, "the tree's env");
	is(LINE("#!/usr/bin/python3\r\n"), FIRST_LINE_RETURN, "CR LF");
	is(LINE("#!/usr/bin/python3 -u\r\n"), FIRST_LINE_RETURN, "CR LF after an option");
	is(LINE("#!/usr/bin/python3\r -u\n"), FIRST_LINE_PYTHON, "CR within the line");
	is(LINE("#!/bin/x\0\r\n"), FIRST_LINE_OTHER, "CR after a NUL");
	is(LINE("#!/usr/bin/python3 -E -s\n"), FIRST_LINE_STRAY, "two words that are one");
	is(LINE("#!/usr/bin/python3 -u # x\n"), FIRST_LINE_STRAY, "a comment");
	is(LINE("#! /usr/bin/python3 -m\n"), FIRST_LINE_STRAY, "the script is a module's name");
	is(LINE("#!/usr/bin/python3 -mpdb\n"), FIRST_LINE_OURS, "a module that gets the script");
	is(LINE("#!/usr/bin/env -S python3 -E -s\n"), FIRST_LINE_OURS, "two words");
	is(LINE("#!/usr/bin/env -S python3 x\n"), FIRST_LINE_STRAY, "another script");
	is(LINE("#!/bin/shell -E -s\n"), FIRST_LINE_OURS, "the shell's words are its own");
	is(LINE("import os\n"), FIRST_LINE_NONE, "no shebang");
	is(LINE("#!\n"), FIRST_LINE_EMPTY, "a shebang that names nothing");
	is(LINE("#!\0x\n"), FIRST_LINE_EMPTY, "a name of no bytes");
	is(LINE(""), FIRST_LINE_NONE, "an empty file");
	is(LINE("#"), FIRST_LINE_NONE, "one byte");
	is(LINE("#?"), FIRST_LINE_NONE, "a comment");
	memset(buf, 'x', sizeof(buf));
	memcpy(buf, "#!/usr/bin/python3 -X", 21);
	is(buf, sizeof(buf), FIRST_LINE_LONG, "an argument that the kernel cuts");
	CHECK(first_line_matched(buf, sizeof(buf), NULL), "which the handler takes all the same");
	buf[SHEBANG_READ - 1] = '\n';
	is(buf, sizeof(buf), FIRST_LINE_OURS, "the longest line");
	memset(buf + 2, 'x', sizeof(buf) - 2);
	is(buf, sizeof(buf), FIRST_LINE_LONG, "a name that the kernel cuts");
}

static void test_env(void)
{
	is(LINE("#!/usr/bin/env python3\n"), FIRST_LINE_OURS, "env python3");
	is(LINE("#! /usr/bin/env python3 \n"), FIRST_LINE_OURS, "with blanks that nobody sees");
	is(LINE("#!/usr/bin/env -S python3 -u -B\n"), FIRST_LINE_OURS, "env -S with arguments");
	is(LINE("#!/usr/bin/env -S python3 -u\r\n"), FIRST_LINE_OURS, "CR LF is a blank for -S");
	is(LINE("#!/usr/bin/env python3\r\n"), FIRST_LINE_RETURN, "but a part of a name without");
	is(LINE("#!/usr/bin/env -S python3\r\n"), FIRST_LINE_RETURN, "and no ending of ours");
	is(LINE("#!/usr/bin/env python3 -u\n"), FIRST_LINE_ENV_REFUSES, "no -S: one name");
	is(LINE("#!/usr/bin/env python3 -u\r\n"), FIRST_LINE_RETURN, "which CR LF ends, too");
	is(LINE("#!/usr/bin/env -S python3 'x\n"), FIRST_LINE_ENV_REFUSES, "no closing quote");
	is(LINE("#!/usr/bin/env  python3\n"), FIRST_LINE_ENV, "two blanks are no form of ours");
	is(LINE("#!/usr/bin/env  python3 -u\r\n"), FIRST_LINE_RETURN, "and CR LF comes first");
	is(LINE("#!/usr/bin/env python3"), FIRST_LINE_ENV, "nor is the end of the file");
	is(LINE("#!/usr/bin/env python3.11\n"), FIRST_LINE_ENV, "another name of Python");
	is(LINE("#!/usr/bin/env -Spython3\n"), FIRST_LINE_ENV, "another way to write -S");
	is(LINE("#!/usr/bin/env -i python3\n"), FIRST_LINE_ENV, "another option");
	is(LINE("#!/bin/env python3\n"), FIRST_LINE_ENV, "another place of env");
	CHECK(first_line_is_python(LINE("#!/usr/bin/env -S python3 -u\n"), NULL), "it is Python");
	CHECK(!first_line_is_python(LINE("#!/usr/bin/env python3 -u\n"), NULL), "that is not");
	for (size_t i = 0; first_line_by_env(i); i++) {
		struct shebang line;
		char text[64];
		int n = snprintf(text, sizeof(text), "#!%s\n", first_line_by_env(i));

		CHECK(shebang_parse(text, (size_t)n, &line) == 0 && env_line_names_python(&line),
		      "each of the lines with entries is known as one");
	}
}

static void test_advice(void)
{
	advises("#!/usr/bin/env python3\n", "#!/usr/bin/python3", "env python3");
	advises("#!/usr/bin/env -S python3 -u\n", "#!/usr/bin/python3", "env -S python3");
	advises("#!/usr/bin/env sh\n", "#!/bin/shell", "env sh");
	advises("#!/usr/bin/env perl\n", "none", "env perl");
	advises("#!/usr/bin/env -S\n", "none", "env with an option only");
	advises("#!/usr/bin/env\n", "none", "env alone");
	advises("#!  /bin/shell\n", "#!/bin/shell", "two blanks after #!");
	advises("#!/usr/bin/python3.11\n", "#!/usr/bin/python3", "one version of Python");
	advises("#!/usr/bin/perl\n", "none", "another language");
}

static void test_matching(void)
{
	struct python_call call = { 0 };
	struct err err = { 0 };

	CHECK(first_line_matched(LINE("#!/bin/shell -e\r\n"), NULL),
	      "matched, whatever its option is");
	CHECK(!first_line_matched(LINE("#!/bin/shell\r\n"), NULL),
	      "a carriage return is no ending");
	CHECK(!first_line_matched(LINE("#!/bin/shell"), NULL), "nor is the end of the file");
	CHECK(!first_line_matched(LINE(""), NULL), "an empty file");
	CHECK(first_line_is_python(LINE("#!  /usr/bin/python3 -u"), NULL),
	      "Python, matched or not");
	CHECK(!first_line_is_python(LINE("#!/bin/shell\n"), NULL), "a shell script");
	CHECK(!first_line_is_python(LINE("import os\n"), NULL), "a module");
	CHECK(first_line_python(LINE("#!/usr/bin/python3 -S\n"), NULL, &call, &err) == 1 &&
		      call.no_site,
	      "how Python is called");
	CHECK(first_line_python(LINE("#!/bin/shell -S\n"), NULL, &call, &err) == 0 && !err.text[0],
	      "not by another's line, of which nothing is said");
	CHECK(strcmp(first_line_interpreter(0), "/usr/bin/python3") == 0 &&
		      strcmp(first_line_interpreter(1), "/bin/shell") == 0 &&
		      !first_line_interpreter(2),
	      "the interpreters of a tree");
}

/* A tree with several Pythons: their numbers are matched, and no others. */
static void test_several(void)
{
	static const struct python_minors several = { { 11, 13 }, 2 };
	static const struct {
		const char *line;
		enum first_line kind;
		unsigned minor;
	} cases[] = {
		{ "#!/usr/bin/python3.11\n", FIRST_LINE_OURS, 11 },
		{ "#! /usr/bin/python3.13 -u\n", FIRST_LINE_OURS, 13 },
		{ "#!/usr/bin/python3.13\t\n", FIRST_LINE_OURS, 13 },
		{ "#!  /usr/bin/python3.13\n", FIRST_LINE_UNMATCHED, 13 },
		{ "#!/usr/bin/python3.13", FIRST_LINE_UNMATCHED, 13 },
		{ "#!/usr/bin/python3.13 -E -s\n", FIRST_LINE_STRAY, 13 },
		{ "#!/usr/bin/python3.13\r\n", FIRST_LINE_RETURN, 0 },
		{ "#!/usr/bin/python3.12\n", FIRST_LINE_PYTHON, 0 },
		{ "#!/usr/bin/python3.1\n", FIRST_LINE_PYTHON, 0 },
		{ "#!/usr/bin/python3.111\n", FIRST_LINE_PYTHON, 0 },
		{ "#!/usr/bin/python3\n", FIRST_LINE_OURS, 0 },
		{ "#!/usr/bin/env python3.11\n", FIRST_LINE_ENV, 0 },
	};
	struct python_call call = { 0 };
	struct shebang line;
	const char *better;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *text = cases[i].line;
		size_t n = strlen(text);
		bool python = cases[i].minor || strstr(text, "python3\n");

		CHECK(first_line_check(text, n, &several, &line, &better) == cases[i].kind, text);
		CHECK(first_line_minor(text, n, &several) == cases[i].minor, "which it names");
		CHECK(first_line_is_python(text, n, &several) == python, "whether it is Python");
		CHECK(first_line_matched(text, n, &several) == (cases[i].kind == FIRST_LINE_OURS ||
								cases[i].kind == FIRST_LINE_STRAY),
		      "whether the handler takes it");
	}
	CHECK(first_line_python(LINE("#!/usr/bin/python3.13 -S\n"), &several, &call, NULL) == 1 &&
		      call.no_site,
	      "how it runs the script");
	CHECK(first_line_minor(LINE("#!\n"), &several) == 0, "a line that names nothing");
}

int main(void)
{
	test_kinds();
	test_env();
	test_advice();
	test_matching();
	test_several();
	return done();
}
