/* SPDX-License-Identifier: MIT */
/* Imports and blocking calls in Python source. */
#include "core/pyscan.h"

#include "core/str.h"
#include "check.h"

/* All events as one text: "import NAME:LINE" and "blocks NAME:LINE". */
static const char *events(const char *source)
{
	static char out[1024];
	struct pyscan scan = { .bytes = source, .n = strlen(source) };
	enum pyscan_event event;
	char name[PYSCAN_NAME_MAX];
	struct text text;
	unsigned line;

	text_init(&text, out, sizeof(out));
	while ((event = pyscan_next(&scan, name, &line)) != PYSCAN_END)
		text_addf(&text, "%s%s %s:%u", text.used ? ", " : "",
			  event == PYSCAN_BLOCKS ? "blocks" : "import", name, line);
	return out;
}

static void test_imports(void)
{
	CHECK_TEXT(events("import os"), "import os:1", "one module, no line end");
	CHECK_TEXT(events("import os, sys\n"), "import os:1, import sys:1", "two");
	CHECK_TEXT(events("import a.b as c, d as e\n"), "import a.b:1, import d:1", "other names");
	CHECK_TEXT(events("\nfrom a.b import c as d, e\n"),
		   "import a.b:2, import a.b.c:2, import a.b.e:2", "from a module");
	CHECK_TEXT(events("from a import (\n    b,\n    c as d,\n)\n"),
		   "import a:1, import a.b:2, import a.c:3", "in brackets");
	CHECK_TEXT(events("from . import b\nfrom ..c import d\n"),
		   "import .:1, import .b:1, import ..c:2, import ..c.d:2", "relative");
	CHECK_TEXT(events("if x: import y; import z\n"), "import y:1, import z:1",
		   "behind a colon and a semicolon");
	CHECK_TEXT(events("import \\\n  os\n"), "import os:2", "over two lines");
	CHECK_TEXT(events("x.import_ = 1\nimporter\nfrom_ = 2\n"), "", "other names");
	CHECK_TEXT(events("raise E from e\nyield from x\n"), "", "from in other statements");
}

static void test_blocking(void)
{
	CHECK_TEXT(events("x = os.urandom(4)\n"), "blocks os.urandom:1", "os.urandom");
	CHECK_TEXT(events("import uuid\nuuid\\\n.uuid4()\n"), "import uuid:1, blocks uuid.uuid4:3",
		   "uuid.uuid4 over two lines");
	CHECK_TEXT(events("from os import urandom as r\n"), "import os:1, blocks os.urandom:1",
		   "imported by name");
	CHECK_TEXT(events("from random import SystemRandom\n"),
		   "import random:1, blocks random.SystemRandom:1", "SystemRandom");
	CHECK_TEXT(events("import multiprocessing.pool\n"), "blocks multiprocessing.pool:1",
		   "multiprocessing");
	CHECK_TEXT(events("from multiprocessing import Pool\n"),
		   "blocks multiprocessing:1, blocks multiprocessing.Pool:1", "a part of it");
	CHECK_TEXT(events("mine.urandom()\nurandom()\nos.path\n"), "", "others' names");
}

static void test_texts(void)
{
	CHECK_TEXT(events("# import os\n"), "", "a comment");
	CHECK_TEXT(events("'''\nimport os\n'''\nimport a\n"), "import a:4", "a long text");
	CHECK_TEXT(events("\"\"\"a\\\"\"\"\nimport b\"\"\"\nimport c\n"), "import c:3",
		   "a quote that is escaped");
	CHECK_TEXT(events("x = r'\\'; import a\n"), "", "a raw text ends where others do");
	CHECK_TEXT(events("x = rb'a' 'b'; import a\n"), "import a:1", "letters before a text");
	CHECK_TEXT(events("x = 'os.urandom'\n"), "", "a name in a text");
	CHECK_TEXT(events("'a\nimport b\n"), "import b:2", "a text that does not end");
	CHECK_TEXT(events("x = {\n'a': 1,\n}\nimport b\n"), "import b:4", "lines in brackets");
	CHECK_TEXT(events(")]}\nimport b\n"), "import b:2", "brackets that were never opened");
	CHECK_TEXT(events(""), "", "nothing");
}

static void test_long(void)
{
	char source[1024];

	memset(source, 'a', sizeof(source));
	memcpy(source, "import ", 7);
	memcpy(source + 800, "\nimport b\n", 11);
	CHECK_TEXT(events(source), "import b:2", "a name that is too long is none");
	/* two that fit, and together do not */
	memset(source, 'a', sizeof(source));
	memcpy(source, "import ", 7);
	source[7 + PYSCAN_NAME_MAX - 10] = '.';
	memcpy(source + 7 + 2 * PYSCAN_NAME_MAX - 20, "\nimport b\n", 11);
	CHECK_TEXT(events(source), "import b:2", "nor are two");
	memset(source, 'a', sizeof(source));
	memcpy(source, "from ", 5);
	memcpy(source + 5 + PYSCAN_NAME_MAX - 10, " import ", 8);
	memcpy(source + 5 + 2 * PYSCAN_NAME_MAX - 20, "\nimport b\n", 11);
	source[5 + 2 * PYSCAN_NAME_MAX - 9] = '\0';
	CHECK(strstr(events(source), ", import b:2"), "nor a module and a name of it");
	memset(source, 'r', sizeof(source));
	memcpy(source + PYSCAN_NAME_MAX + 20, "'; import b\n", 13);
	CHECK_TEXT(events(source), "", "a long name before a text");
}

/* Bytes that are no Python, or hardly. */
static void test_odd(void)
{
	CHECK_TEXT(events("# import a"), "", "a comment at the end");
	CHECK_TEXT(events("x = 'a\\"), "", "a text that ends with a backslash");
	CHECK_TEXT(events("x = a\\"), "", "a backslash at the end");
	CHECK_TEXT(events("x = \\a\nimport b\n"), "import b:2", "a backslash before no line end");
	CHECK_TEXT(events("x = '''\\\n'''\nimport b\n"), "import b:3",
		   "a line end that is escaped");
	CHECK_TEXT(events("x = '''a''b'''; import c\n"), "import c:1", "two quotes in a text");
	CHECK_TEXT(events("x = r\"a\"; import c\n"), "import c:1", "a text in other quotes");
	CHECK_TEXT(events("from import x\n"), "import x:1", "no module");
	CHECK_TEXT(events("import "), "", "no name at the end");
	CHECK_TEXT(events("x = rub'a'; import c\n"), "import c:1", "letters that are no prefix");
	CHECK_TEXT(events("x = x'a'; import c\n"), "import c:1", "nor this one");
	CHECK_TEXT(events("x = ''"), "", "a text at the end");
	CHECK_TEXT(events("x = r"), "", "a name at the end");
	CHECK_TEXT(events("\timport\fa\r\n"), "import a:1", "all kinds of blanks");
	CHECK_TEXT(events("from a\nimport b\n"), "import b:2", "from without import");
	CHECK_TEXT(events("from a; import b\n"), "import b:1", "nor before a semicolon");
	CHECK_TEXT(events("import a as\nimport b\n"), "import a:1, import b:2", "as nothing");
	CHECK_TEXT(events("import\nimport b\n"), "import b:2", "import of nothing");
	CHECK_TEXT(events("import [a]\nimport b\n"), "import a:1, import a:1, import b:2",
		   "no name");
	CHECK_TEXT(events("from a import *\n"), "import a:1", "all names");
	CHECK_TEXT(events("import \303\251t\303\251, _a9, Z\n"),
		   "import \303\251t\303\251:1, import _a9:1, import Z:1", "letters of all kinds");
	CHECK_TEXT(events("os.urandomly()\nos.urandom.x\n.urandom\n1 .urandom\n"),
		   "blocks os.urandom:2", "names that only begin alike");
	CHECK_TEXT(events("import multiprocessing_\n"), "import multiprocessing_:1",
		   "a module that only begins alike");
	CHECK_TEXT(events("import multiprocessing"), "blocks multiprocessing:1", "at the end");
}

int main(void)
{
	test_imports();
	test_blocking();
	test_texts();
	test_long();
	test_odd();
	return done();
}
