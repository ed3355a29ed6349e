/* SPDX-License-Identifier: MIT */
/* Files "copyright" of Debian: those that a program can read, and others. */
#include "core/dep5.h"

#include <errno.h>

#include "check.h"

static int licence(const char *text, char *ret)
{
	return dep5_licence(text, strlen(text), ret, 16);
}

int main(void)
{
	char got[16];

	CHECK(licence("Format: x\n\nFiles: a\nLicense: MIT\n text\n\nFiles: *\nCopyright: me\n"
		      "License:  BSD-3-Clause \n long\n\nFiles: b\nLicense: GPL-2\n",
		      got) == 0,
	      "several paragraphs");
	CHECK_TEXT(got, "BSD-3-Clause", "that of all files");
	CHECK(licence("Files: a b\nLicense: MIT\n\nFiles: c\nLicense: GPL-2", got) == 0,
	      "none for all files");
	CHECK_TEXT(got, "MIT", "then the first");
	CHECK(licence("This is free software.\n\nLicense: MIT\n", got) == -ENOENT, "free text");
	CHECK(licence("", got) == -ENOENT, "an empty file");
	CHECK(licence("Files: *\nLicense:\n text\n", got) == -ENOENT, "no short name");
	CHECK(licence("Files: *\nLicense: \x1b[1m\n", got) == -ENOENT, "controls");
	CHECK(licence("Files: *\nLicense: 0123456789abcdef\n", got) == -E2BIG, "too long");
	return done();
}
