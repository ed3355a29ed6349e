/* SPDX-License-Identifier: MIT */
/* Lines of a version's manifest: each form, and what is none. */
#include "core/version_line.h"

#include <errno.h>

#include "check.h"

#define SUM "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void same(const char *text)
{
	char copy[512], again[512];
	struct version_line line;

	(void)snprintf(copy, sizeof(copy), "%s", text);
	CHECK(version_line_parse(copy, &line) == 0, text);
	CHECK(version_line_format(&line, again, sizeof(again)) == 0, "is written");
	CHECK_TEXT(again, text, "as it was read");
	CHECK(version_line_format(&line, again, 5) == -E2BIG, "not into too little room");
}

static void none(const char *text)
{
	struct version_line line = { .size = 7 };
	char copy[512];

	(void)snprintf(copy, sizeof(copy), "%s", text);
	CHECK(version_line_parse(copy, &line) == -EINVAL && line.size == 7, text);
}

int main(void)
{
	struct version_line line;
	char text[] = "l a\\040b\\134 bin/li\\012nk";

	same("f 555 19 " SUM " bin/tool");
	same("d 1777 tmp");
	same("l ../up bin/link");
	CHECK(version_line_parse(text, &line) == 0 && line.type == VERSION_LINK, "a link");
	CHECK_TEXT(line.target, "a b\\", "its target");
	CHECK_TEXT(line.path, "bin/li\nnk", "its path");
	none("");
	none("f");
	none("x 755 bin");
	none("d 755");
	none("d 755 a b");
	none("d  bin");
	none("d 8 bin");
	none("d 17777 bin");
	none("d 755 /bin");
	none("d 755 bin/");
	none("d 755 a//b");
	none("d 755 ..");
	none("d 755 a/../b");
	none("d 755 ./a");
	none("d 755 a\\0");
	none("f 555 19 " SUM "0 bin/tool");
	none("f 555 19 XX23456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef a");
	none("f 555 x " SUM " bin/tool");
	none("f 555 19 " SUM);
	none("f 8 19 " SUM " a");
	none("f 555 19 " SUM " a b");
	none("d 755 .");
	none("d 755 a/./b");
	same("d 755 .a/..b/c.");
	none("l a");
	none("l a b c");
	none("l a\\0 b");
	return done();
}
