/* SPDX-License-Identifier: MIT */
/* Lists of Pythons: read, sorted, printed. */
#include "core/python_minors.h"

#include <errno.h>

#include "check.h"
#include "core/err.h"

static void check_parse(void)
{
	static const char *const wrong[] = {
		"",	      ",",
		"3",	      "3.",
		"11",	      "3.11,",
		",3.11",      "3.11, 3.13",
		"3.0",	      "3.1000",
		"python3.11", "3.11.2",
		"2.7",	      "3.00000000000000000000000000000000011"
	};
	struct python_minors minors = { 0 };
	struct err err = { 0 };

	CHECK(python_minors_parse("3.13", &minors, NULL) == 0 && minors.n == 1 &&
		      minors.minor[0] == 13,
	      "one");
	CHECK(python_minors_parse("3.13,3.9,3.13,3.11", &minors, NULL) == 0 && minors.n == 3 &&
		      minors.minor[0] == 13 && minors.minor[1] == 9 && minors.minor[2] == 11,
	      "several, each once, in their order");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		CHECK(python_minors_parse(wrong[i], &minors, NULL) == -EINVAL && minors.n == 3,
		      wrong[i][0] ? wrong[i] : "nothing");
	CHECK(python_minors_parse("3.x", &minors, &err) == -EINVAL, "no number");
	CHECK_TEXT(err.text, "no version of Python: 3.x (Hint: 3.13, 3.11,3.13)",
		   "how versions are written");
	err = (struct err){ 0 };
	CHECK(python_minors_parse("3.1,3.2,3.3,3.4,3.5,3.6,3.7,3.8,3.9", &minors, &err) == -E2BIG,
	      "too many");
	CHECK_TEXT(err.text, "more than 8 Pythons: 3.1,3.2,3.3,3.4,3.5,3.6,3.7,3.8,3.9",
		   "how many there may be");
}

int main(void)
{
	struct python_minors minors = { 0 };
	char text[PYTHON_MINORS_TEXT];

	python_minors_format(&minors, text);
	CHECK_TEXT(text, "", "an empty list");
	for (unsigned i = 0; i < PYTHON_MINORS_MAX; i++)
		CHECK(python_minors_add(&minors, 999 - i) == 0, "there is room");
	CHECK(python_minors_add(&minors, 999) == 0 && minors.n == PYTHON_MINORS_MAX,
	      "what is there is not added");
	CHECK(python_minors_add(&minors, 1) == -E2BIG, "there is no more room");
	CHECK(python_minors_have(&minors, 992) && !python_minors_have(&minors, 1), "which it has");
	python_minors_sort(&minors);
	python_minors_format(&minors, text);
	CHECK_TEXT(text, "3.992, 3.993, 3.994, 3.995, 3.996, 3.997, 3.998, 3.999",
		   "sorted and printed");
	check_parse();
	return done();
}
