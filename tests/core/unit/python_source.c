/* SPDX-License-Identifier: MIT */
/* Bytes that no Python reads. */
#include "core/python_source.h"

#include "check.h"

static void is(const char *bytes, size_t n, enum python_source wanted, unsigned line,
	       const char *what)
{
	unsigned got = 0;

	CHECK(python_source_look(bytes, n, &got) == wanted && got == line, what);
}

int main(void)
{
#define TEXT(s) s, sizeof(s) - 1
	is(TEXT("#!/x\nx = '\xc3\xa4'\n"), PYTHON_SOURCE_FINE, 0, "UTF-8");
	is(TEXT(""), PYTHON_SOURCE_FINE, 0, "nothing");
	is(TEXT("#!/x\n\n# \0\n"), PYTHON_SOURCE_NUL, 3, "a NUL in a comment");
	is(TEXT("#!/x\nx = '\xff'\n"), PYTHON_SOURCE_NO_UTF8, 2, "another byte");
	is(TEXT("#!/x \xff\n"), PYTHON_SOURCE_NO_UTF8, 1, "one in the first line");
	is(TEXT("#!/x\n\n\xc3"), PYTHON_SOURCE_NO_UTF8, 3, "a character that is cut");
	is(TEXT("#!/x\n\xed\xa0\x80\n"), PYTHON_SOURCE_NO_UTF8, 2, "a surrogate");
	is(TEXT("# -*- coding: latin-1 -*-\n\xff"), PYTHON_SOURCE_DECLARED, 0, "declared at once");
	is(TEXT("#!/x\n# vim: set fileencoding=latin-1 :\n\xff"), PYTHON_SOURCE_DECLARED, 0,
	   "declared in the second line");
	is(TEXT("\n#coding=ascii"), PYTHON_SOURCE_DECLARED, 0, "behind an empty one");
	is(TEXT("#\n \t#coding:\tascii"), PYTHON_SOURCE_DECLARED, 0, "with blanks");
	is(TEXT("#\n#\n# coding: ascii\n\xff"), PYTHON_SOURCE_NO_UTF8, 4, "too late");
	is(TEXT("x\n# coding: ascii\n\xff"), PYTHON_SOURCE_NO_UTF8, 3, "behind a statement");
	is(TEXT("# coding: utf-8\n#\xff"), PYTHON_SOURCE_DECLARED, 0, "UTF-8");
	is(TEXT("# coding: Latin_1.x-Y~\n\xff"), PYTHON_SOURCE_DECLARED, 0, "any letters");
	is(TEXT("# coding=8859\n\xff"), PYTHON_SOURCE_DECLARED, 0, "or digits");
	is(TEXT("# coding: @a\n# coding=[a\n\xff"), PYTHON_SOURCE_NO_UTF8, 3, "no letters");
	is(TEXT("# coding: {a\n# coding=/a\n\xff"), PYTHON_SOURCE_NO_UTF8, 3, "nor these");
	is(TEXT("# coding: \n\xff"), PYTHON_SOURCE_NO_UTF8, 2, "no name");
	is(TEXT("# coding is latin\n\xff"), PYTHON_SOURCE_NO_UTF8, 2, "no declaration");
	is(TEXT("# coding"), PYTHON_SOURCE_FINE, 0, "a comment that ends there");
	return done();
}
