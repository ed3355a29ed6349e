/* SPDX-License-Identifier: MIT */
/* Output of programs as JSON and XML, and where two outputs begin to differ. */
#include "core/report.h"

#include "check.h"

static void check_escaped(enum report_syntax syntax, const char *bytes, size_t n,
			  const char *wanted, const char *what)
{
	char got[256];
	size_t used = 0, taken;

	for (; n > 0; bytes += taken, n -= taken)
		used += report_escape(syntax, bytes, n, got + used, REPORT_ESCAPED_MAX, &taken);
	got[used] = '\0';
	CHECK_TEXT(got, wanted, what);
}

static void test_escape(void)
{
	static const char *const broken[] = { "\x80",	      "\xc0\xaf",     "\xc3",
					      "\xed\xa0\x80", "\xe0\x80\xaf", "\xf4\x90\x80\x80",
					      "\xff" };
	size_t taken;
	char dst[REPORT_ESCAPED_MAX + 1];

	check_escaped(REPORT_JSON, "a\"\\\b\f\n\r\t/", 9, "a\\\"\\\\\\b\\f\\n\\r\\t/",
		      "JSON has short forms");
	check_escaped(REPORT_JSON, "\0\x1b\x1f\x7f", 4, "\\u0000\\u001b\\u001f\\u007f",
		      "and a number for other control characters");
	check_escaped(REPORT_JSON, "\xc2\x80\xc2\x9b\xc2\xa0", 6, "\\u0080\\u009b\xc2\xa0",
		      "also for those above ASCII");
	check_escaped(REPORT_XML, "\x7f\xc2\x9b\xc2\xa0", 5, "\xef\xbf\xbd\xef\xbf\xbd\xc2\xa0",
		      "which XML replaces");
	check_escaped(REPORT_JSON, "\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x8d", 9,
		      "\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x8d", "UTF-8 stays");
	check_escaped(REPORT_XML, "<a b=\"&\">\n\t\r", 12, "&lt;a b=&quot;&amp;&quot;&gt;\n\t&#13;",
		      "XML's own characters");
	check_escaped(REPORT_XML, "\0\x1b\xef\xbf\xbe", 5, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd",
		      "what XML cannot carry");
	check_escaped(REPORT_XML, "\xef\xbf\xbf\xef\xbf\xbd\xef\xbe\xbf", 9,
		      "\xef\xbf\xbd\xef\xbf\xbd\xef\xbe\xbf", "and what looks like it");
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		size_t n = report_escape(REPORT_JSON, broken[i], strlen(broken[i]), dst,
					 sizeof(dst), &taken);

		CHECK(taken == 1 && n >= 3 && memcmp(dst, "\xef\xbf\xbd", 3) == 0,
		      "what is no UTF-8 is replaced byte by byte");
	}
	CHECK(report_escape(REPORT_XML, "x", 0, dst, sizeof(dst), &taken) == 0 && taken == 0,
	      "nothing is nothing");
}

static void check_differ(const char *a, const char *b, size_t line, const char *what)
{
	struct report_difference at;
	bool differ = report_differ(a, strlen(a), b, strlen(b), &at);

	CHECK(differ == (line > 0) && (!differ || at.line == line), what);
}

static void test_differ(void)
{
	struct report_difference at;

	check_differ("", "", 0, "two empty texts are the same");
	check_differ("a\nb\n", "a\nb\n", 0, "the same lines are the same");
	check_differ("a\nb", "a\nc", 2, "the second line differs");
	check_differ("a\n", "a", 1, "a newline that is missing is a difference");
	check_differ("a\n\n", "a\n", 2, "and so is an empty line");
	check_differ("a\n", "a\nb\n", 2, "and a line more in the other one");
	check_differ("a\n", "bc\n", 1, "lines of different length");
	check_differ("", "a", 1, "an empty text differs from any other");
	CHECK(report_differ("a\nxy\n", 5, "a\n", 2, &at) && at.n_a == 2 && at.a[0] == 'x' && !at.b,
	      "a line is given without its newline; none where the text has ended");
	CHECK(report_differ("\0a", 2, "\0b", 2, &at) && at.line == 1, "a NUL is a byte as any");
}

int main(void)
{
	test_escape();
	test_differ();
	return done();
}
