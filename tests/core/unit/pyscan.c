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
}

int main(void)
{
	test_imports();
	test_blocking();
	test_texts();
	test_long();
	return done();
}
