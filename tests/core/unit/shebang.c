/* SPDX-License-Identifier: MIT */
/* The kernel's reading of a script's first line. */
#include "core/shebang.h"

#include <errno.h>

#include "check.h"

static void takes(const char *bytes, size_t n, const char *interp, const char *arg,
		  const char *what)
{
	struct shebang line;
	int r = shebang_parse(bytes, n, &line);

	CHECK(r == 0, what);
	if (r < 0)
		return;
	CHECK_TEXT(line.interp, interp, what);
	CHECK(line.has_arg == (arg != NULL), what);
	if (arg)
		CHECK_TEXT(line.arg, arg, what);
}

static void refuses(const char *bytes, size_t n, const char *what)
{
	struct shebang line;

	CHECK(shebang_parse(bytes, n, &line) == -ENOEXEC, what);
}

static void before(const char *bytes, size_t n, const char *wanted)
{
	const char *got = shebang_before(bytes, n);

	CHECK_TEXT(got ? got : "nothing", wanted, wanted);
}

static void test_before(void)
{
	before("#!/x", 4, "nothing");
	before("", 0, "nothing");
	before("\n\n", 2, "nothing");
	before(" \0#!", 4, "nothing");
	before("\nimport os\n", 11, "nothing");
	before("\xef\xbb\xbf#!/x", 7, "a byte order mark");
	before("\xef\xbb\xbfx", 4, "nothing");
	before("\n#!/x", 5, "a blank line");
	before(" \r\n\t#!/x", 8, "a blank line");
	before(" #!/x", 5, "a blank");
	before("\xff\xfe#\0!\0", 6, "UTF-16");
	before("\xfe\xff\0#\0!", 6, "UTF-16");
	before("\xff\xfe#\0?\0", 6, "nothing");
}

static void test_shown(void)
{
	static const char text[] = "#!/usr/bin/python3\xc2\xa0-u\0\t\nimport";
	char shown[SHEBANG_SHOWN], all[300];
	struct shebang line;

	shebang_show(text, sizeof(text) - 1, shown);
	CHECK_TEXT(shown, "#!/usr/bin/python3\\xc2\\xa0-u\\x00\\x09", "as bytes");
	CHECK(shebang_parse(text, sizeof(text) - 1, &line) == 0, "a name with such a blank");
	shebang_show_line(&line, shown);
	CHECK_TEXT(shown, "#!/usr/bin/python3\\xc2\\xa0-u", "up to the NUL");
	line = (struct shebang){ .interp = "/x", .has_arg = true, .arg = "a b\0\0c\r", .more = 2 };
	shebang_show_line(&line, shown);
	CHECK_TEXT(shown, "#!/x a b  c\\x0d", "more arguments");
	shebang_show("#!/x\x7f~\n", 7, shown);
	CHECK_TEXT(shown, "#!/x\\x7f~", "and the last control byte");
	memset(all, 0xff, sizeof(all));
	shebang_show(all, sizeof(all), shown);
	CHECK(strlen(shown) == 4 * (size_t)SHEBANG_READ, "as much as the kernel reads");
}

int main(void)
{
	char buf[SHEBANG_READ + 16];
	struct shebang line;

#define LINE(s) s, sizeof(s) - 1
	takes(LINE("#!/bin/sh\n"), "/bin/sh", NULL, "a plain line");
	takes(LINE("#!/bin/sh"), "/bin/sh", NULL, "a file that ends after the name");
	takes(LINE("#! \t/bin/sh \t\n"), "/bin/sh", NULL, "blanks around the name");
	takes(LINE("#!/bin/sh -e -x \nfoo"), "/bin/sh", "-e -x", "one argument, blanks inside");
	takes(LINE("#!/bin/sh\r\n"), "/bin/sh\r", NULL, "a carriage return is part of the name");
	takes(LINE("#!/bin/sh\0-x\n"), "/bin/sh", NULL, "a NUL ends the name");
	takes(LINE("#!/bin/sh -x\0y\n"), "/bin/sh", "-x", "a NUL ends the argument");
	refuses(LINE("#!\n"), "no name");
	refuses(LINE("#! \t \n"), "blanks only");
	refuses(LINE("#/bin/sh\n"), "no #!");
	refuses(LINE(""), "an empty file");

	memset(buf, 'x', sizeof(buf));
	memcpy(buf, "#!/", 3);
	refuses(buf, sizeof(buf), "a name that fills the buffer may be cut");
	buf[20] = ' ';
	CHECK(shebang_parse(buf, sizeof(buf), &line) == 0,
	      "an argument may be cut, a name before it not");
	CHECK(strlen(line.arg) == SHEBANG_READ - 1 - 21, "cut where the kernel cuts it");
	memset(buf + 2, ' ', sizeof(buf) - 2);
	refuses(buf, sizeof(buf), "a buffer of blanks");
	CHECK(shebang_begins("#!", 2) && !shebang_begins("#?", 2) && !shebang_begins("?!", 2) &&
		      !shebang_begins("#", 1),
	      "two bytes begin it");
	CHECK(shebang_parse(LINE("#!/bin/sh -e\r\n"), &line) == 0 && shebang_returns(&line),
	      "an argument that ends with a carriage return");
	CHECK(shebang_parse(LINE("#!/bin/sh\r\n"), &line) == 0 && shebang_returns(&line),
	      "a name that does");
	CHECK(shebang_parse(LINE("#!/bin/sh\r -e\n"), &line) == 0 && !shebang_returns(&line),
	      "one within the line");
	test_before();
	test_shown();
	return done();
}
