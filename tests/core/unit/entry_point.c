/* SPDX-License-Identifier: MIT */
/* The commands of a Python package. */
#include "core/entry_point.h"

#include <errno.h>

#include "check.h"

static int first(const char *text, struct entry_point *ret)
{
	struct entry_points points = { .at = text, .left = strlen(text) };

	return entry_point_next(&points, ret);
}

int main(void)
{
	static const char text[] = "# made by hand\n[gui_scripts]\nwindow = a:b\n"
				   "[ console_scripts]\r\n\n"
				   "tool=pkg.mod:main\r\n"
				   "  other-tool.x = pkg : Class.run [extra, more]\n"
				   "[pytest11]\nplugin = not a point at all\n";
	static const char nul[] = "[console_scripts]\nx\0 = a:b\n";
	static const char *const unsound[] = {
		"x",	      "x = a",	    "x = a:",	 "x = :b",
		"../x = a:b", "-x = a:b",   ".x = a:b",	 "x y = a:b",
		"x = a..b:c", "x = .a:c",   "x = a.:c",	 "x = a:b;import os",
		"x = a:b c",  "x = 1a:b",   "x = a-b:c", "x = a:b.",
		"= a:b",      "x = a:b(c)", "x = a@:b",	 "x = `:b",
		"x = {:b",    "x = a/:b",   "+x = a:b",	 "x@ = a:b",
		"x` = a:b",   "x{ = a:b",   "x/ = a:b",	 "x = a[b]:c",
		"x = a:;",
	};
	struct entry_points points = { .at = text, .left = sizeof(text) - 1 };
	struct entry_point point;
	char script[512], line[600];

	CHECK(entry_point_next(&points, &point) == 1, "a command with a window");
	CHECK_TEXT(point.name, "window", "its name");
	CHECK(entry_point_next(&points, &point) == 1, "the first command");
	CHECK_TEXT(point.name, "tool", "its name");
	CHECK_TEXT(point.module, "pkg.mod", "its module");
	CHECK_TEXT(point.attribute, "main", "its function");
	CHECK(entry_point_next(&points, &point) == 1, "the second command");
	CHECK_TEXT(point.name, "other-tool.x", "a name with other characters");
	CHECK(entry_point_script(&point, script, sizeof(script)) == 0, "a script");
	CHECK_TEXT(script,
		   "#!/usr/bin/python3\nimport sys\nfrom pkg import Class\nsys.exit(Class.run())\n",
		   "a script that calls a method");
	CHECK(entry_point_next(&points, &point) == 0, "other sections have no commands");
	CHECK(entry_point_script(&point, script, 20) == -E2BIG, "a script that does not fit");
	CHECK(first("", &point) == 0, "an empty text");
	CHECK(first("[console_scripts]\na = b:c", &point) == 1, "no line feed at the end");
	for (size_t i = 0; i < sizeof(unsound) / sizeof(unsound[0]); i++) {
		(void)snprintf(line, sizeof(line), "[console_scripts]\n%s\n", unsound[i]);
		CHECK(first(line, &point) == -EINVAL, unsound[i]);
	}
	(void)snprintf(line, sizeof(line), "[console_scripts]\n%0200d = a:b\n", 7);
	CHECK(first(line, &point) < 0, "a name that is too long");
	CHECK(first("; made by hand\n[console_scripts]\n\v\f Z+a-9.z\t=\r_A9.z : Zz \v\n",
		    &point) == 1,
	      "every byte that a name may have, and all kinds of blanks");
	CHECK_TEXT(point.name, "Z+a-9.z", "the name");
	CHECK_TEXT(point.module, "_A9.z", "the module");
	CHECK_TEXT(point.attribute, "Zz", "the function");
	CHECK(first("[console_scriptx]\na = b:c", &point) == 0, "a section of the same length");
	points = (struct entry_points){ .at = nul, .left = sizeof(nul) - 1 };
	CHECK(entry_point_next(&points, &point) == -EINVAL, "a NUL in a name");
	return done();
}
