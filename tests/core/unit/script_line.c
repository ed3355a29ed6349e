/* SPDX-License-Identifier: MIT */
/* Which first lines the handler takes, and what is said of the others. */
#include "core/script_line.h"

#include "core/shebang.h"
#include "check.h"

static void judges(const char *bytes, size_t n, enum script_kind kind, const char *what)
{
	struct shebang line;
	const char *better;

	CHECK(script_judge(bytes, n, &line, &better) == kind, what);
}

static void advises(const char *line, const char *advice, const char *what)
{
	struct shebang shebang;
	const char *better;

	(void)script_judge(line, strlen(line), &shebang, &better);
	CHECK_TEXT(better ? better : "none", advice, what);
}

int main(void)
{
	char buf[SHEBANG_READ + 16];

#define LINE(s) s, sizeof(s) - 1
	judges(LINE("#!/usr/bin/python3\n"), SCRIPT_OURS, "Python");
	judges(LINE("#!/usr/bin/python3 -u\n"), SCRIPT_OURS, "Python with an option");
	judges(LINE("#!/bin/shell\t\n"), SCRIPT_OURS, "the tree's shell");
	judges(LINE("#! /usr/bin/python3\n"), SCRIPT_SPACED, "a blank behind #!");
	judges(LINE("#!/usr/bin/python3"), SCRIPT_SPACED, "no line feed: no ending matches");
	judges(LINE("#!/usr/bin/python3.11\n"), SCRIPT_OTHER, "another name");
	judges(LINE("#!/usr/bin/perl\n"), SCRIPT_OTHER, "another language");
	judges(LINE("#!/usr/bin/env python3\n"), SCRIPT_ENV, "env");
	judges(LINE("#!/usr/bin/python3\r\n"), SCRIPT_RETURN, "CR LF");
	judges(LINE("#!/usr/bin/python3 -u\r\n"), SCRIPT_RETURN, "CR LF behind an option");
	judges(LINE("import os\n"), SCRIPT_NONE, "no shebang");
	judges(LINE("#!\n"), SCRIPT_NONE, "a shebang that names nothing");
	judges(LINE(""), SCRIPT_NONE, "an empty file");
	judges(LINE("#"), SCRIPT_NONE, "one byte");
	memset(buf, 'x', sizeof(buf));
	memcpy(buf, "#!/usr/bin/python3 ", 19);
	judges(buf, sizeof(buf), SCRIPT_LONG, "an argument that the kernel cuts");
	memset(buf + 2, 'x', sizeof(buf) - 2);
	judges(buf, sizeof(buf), SCRIPT_LONG, "a name that the kernel cuts");

	advises("#!/usr/bin/env python3\n", "#!/usr/bin/python3", "env python3");
	advises("#!/usr/bin/env -S python3 -u\n", "#!/usr/bin/python3", "env -S python3");
	advises("#!/usr/bin/env sh\n", "#!/bin/shell", "env sh");
	advises("#!/usr/bin/env perl\n", "none", "env perl");
	advises("#!/usr/bin/env\n", "none", "env alone");
	advises("#! /bin/shell\n", "#!/bin/shell", "a blank behind #!");
	return done();
}
