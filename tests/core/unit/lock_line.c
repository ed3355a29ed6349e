/* SPDX-License-Identifier: MIT */
/* Lines of a lock and of lists of files: each form, and what is none. */
#include "core/lock_line.h"

#include <errno.h>

#include "core/err.h"
#include "core/list_line.h"

#include "check.h"

#define SUM "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void same(const char *text)
{
	char copy[512], again[512];
	struct lock_line line;

	(void)snprintf(copy, sizeof(copy), "%s", text);
	CHECK(lock_line_parse(copy, &line, NULL) == 1, text);
	CHECK(lock_line_format(&line, again, sizeof(again)) == 0, "is written");
	CHECK_TEXT(again, text, "as it was read");
	CHECK(lock_line_format(&line, again, 8) == -E2BIG, "not into too little room");
}

static void none(const char *text)
{
	struct lock_line line = { .size = 7 };
	struct err err = { 0 };
	char copy[512];

	(void)snprintf(copy, sizeof(copy), "%s", text);
	CHECK(lock_line_parse(copy, &line, &err) == -EINVAL && line.size == 7 && err.text[0], text);
}

static void same_list(const char *text)
{
	char copy[512], again[512];
	struct list_line line;

	(void)snprintf(copy, sizeof(copy), "%s", text);
	CHECK(list_line_parse(copy, &line) == 0, text);
	CHECK(list_line_format(&line, again, sizeof(again)) == 0, "is written");
	CHECK_TEXT(again, text, "as it was read");
	CHECK(list_line_format(&line, again, 8) == -E2BIG, "not into too little room");
}

static void no_list(const char *text)
{
	struct list_line line;
	char copy[512];

	(void)snprintf(copy, sizeof(copy), "%s", text);
	CHECK(list_line_parse(copy, &line) == -EINVAL, text);
}

static void check_lines(void)
{
	struct lock_line line;
	char empty[] = "", comment[] = LOCK_FIRST_LINE;

	CHECK(lock_line_parse(empty, &line, NULL) == 0, "an empty line");
	CHECK(lock_line_parse(comment, &line, NULL) == 0, "a comment");
	same("want wheel requests[socks]>=2 ; python_version < \"4\"");
	same("want wheel h\xc3\xa9 @ https://host/a@b.whl");
	same("want debian libstdc++6");
	same("package requests 2.31.0");
	same("package a 1!2.0.post1+local-1_x");
	same("from https://host/simple/");
	same("from /srv/wheels");
	same("licence BSD 3-Clause");
	same("licence as http://x.example has it, or ask me@x.example");
	same("needs charset-normalizer");
	same("lacks s390x");
	same("lacks x86_64@3.13");
	same("file any " SUM " 12 a-1-py3-none-any.whl https://host/a@b");
	same("file x86_64,aarch64@3.13 " SUM " - a-1-cp311-cp311-manylinux_2_17.whl -");
	same("file - " SUM " 12 a-1.whl -");
	none("nothing");
	none("want pip a");
	none("want wheel");
	none("want wheel ");
	none("want wheel  a");
	none("want wheel a ");
	none("want wheel a\x1b[1m");
	none("want wheel a\xff");
	none("want debian --help");
	none("want debian Upper");
	none("from https://user:word@host/simple/");
	none("want wheel a @ https://user@host/a.whl");
	none("package ../a 1");
	none("package a ../1");
	none("package a");
	none("package a 1 2");
	none("package A 1");
	none("needs -a");
	none("needs");
	none("lacks any");
	none("lacks x86_64,aarch64");
	none("lacks x86_64@");
	none("lacks x86_64@a");
	none("lacks @3.11");
	none("file x86_64, " SUM " 12 a-1.whl -");
	none("file any " SUM "0 12 a-1.whl -");
	none("file any " SUM " x a-1.whl -");
	none("file any " SUM " 0 a-1.whl -");
	none("file any " SUM " 12 ../a-1.whl -");
	none("file any " SUM " 12 .whl -");
	none("file any " SUM " 12 a-1.whl");
	none("file any " SUM " 12 a-1.whl https://u:p@host/");
}

static void check_names(void)
{
	char name[LOCK_NAME_MAX], longest[2 * LOCK_NAME_MAX];

	CHECK(lock_begins(LOCK_FIRST_LINE, strlen(LOCK_FIRST_LINE)), "an empty lock");
	CHECK(lock_begins(LOCK_FIRST_LINE "\nx", strlen(LOCK_FIRST_LINE) + 2), "a lock");
	CHECK(!lock_begins(LOCK_FIRST_LINE "0\n", strlen(LOCK_FIRST_LINE) + 2), "a later form");
	CHECK(!lock_begins("#", 1), "no lock");
	CHECK(lock_targets_have("any", "s390x"), "any");
	CHECK(lock_targets_have("x86_64,aarch64", "aarch64"), "one of two");
	CHECK(!lock_targets_have("x86_64,aarch64", "x86"), "not the beginning of one");
	CHECK(!lock_targets_have("-", "x86_64"), "none");
	CHECK(lock_name_of("Foo._-Bar[x]>=2", name) == 0, "a requirement's name");
	CHECK_TEXT(name, "foo-bar", "as packages are called");
	CHECK(lock_name_of("a", name) == 0, "the shortest");
	CHECK(lock_name_of("", name) == -EINVAL, "none");
	CHECK(lock_name_of("-a", name) == -EINVAL, "an option");
	CHECK(lock_name_of("a- b", name) == 0, "what ends a name");
	CHECK_TEXT(name, "a", "is no part of it");
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	CHECK(lock_name_of(longest, name) == -E2BIG, "too long");
}

static void check_lists(void)
{
	char text[] = SUM " own a\\040b bin/a\\040b";
	struct list_line line;

	same_list(SUM " debian python3-numpy etc/python/x86_64/usr/lib/a.py");
	same_list("link own tool bin/tool");
	CHECK(list_line_parse(text, &line) == 0, "escaped words");
	CHECK_TEXT(line.path, "bin/a b", "the path");
	CHECK_TEXT(line.name, "a b", "the name");
	no_list("");
	no_list("link own tool");
	no_list("link own tool bin/tool x");
	no_list("link pip tool bin/tool");
	no_list("xx own tool bin/tool");
	no_list(SUM "0 own tool bin/tool");
	no_list("link own ../tool bin/tool");
	no_list("link own .. bin/tool");
	no_list("link own a\\0 bin/tool");
	no_list("link own tool /bin/tool");
	no_list("link own tool ../../etc/passwd");
	no_list("link own tool bin/");
	no_list("link own tool bin/a\\0");
	CHECK_TEXT(list_kind_word((enum list_kind)7), "?", "no kind");
}

int main(void)
{
	check_lines();
	check_names();
	check_lists();
	return done();
}
