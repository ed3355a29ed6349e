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
	return done();
}
