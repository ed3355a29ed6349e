/* SPDX-License-Identifier: MIT */
/* Names of distributions: PEP 503 and the core metadata's rule for them. */
#include "core/dist_name.h"

#include <errno.h>

#include "check.h"

int main(void)
{
	static const struct {
		const char *name, *normal;
	} names[] = {
		{ "friendly-bard", "friendly-bard" },
		{ "Friendly-Bard", "friendly-bard" },
		{ "FRIENDLY-BARD", "friendly-bard" },
		{ "friendly.bard", "friendly-bard" },
		{ "friendly_bard", "friendly-bard" },
		{ "friendly--bard", "friendly-bard" },
		{ "FrIeNdLy-._.-bArD", "friendly-bard" },
		{ "Z", "z" },
		{ "0", "0" },
		{ "a9Az0", "a9az0" },
	};
	static const char *const unsound[] = { "",   "-a", "a-", ".",	"a b", "a/b",	  "a@",
					       "a[", "`a", "a{", "a:b", "a/",  "\xc3\xa9" };
	char ret[DIST_NAME_MAX], line[DIST_NAME_MAX + 1];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		CHECK(dist_name_normalise(names[i].name, strlen(names[i].name), ret) == 0,
		      names[i].name);
		CHECK_TEXT(ret, names[i].normal, names[i].name);
	}
	for (size_t i = 0; i < sizeof(unsound) / sizeof(unsound[0]); i++)
		CHECK(dist_name_normalise(unsound[i], strlen(unsound[i]), ret) == -EINVAL,
		      unsound[i]);
	CHECK(dist_name_normalise("a\0b", 3, ret) == -EINVAL, "a NUL");
	memset(line, 'x', sizeof(line));
	CHECK(dist_name_normalise(line, DIST_NAME_MAX - 1, ret) == 0, "the longest name");
	CHECK(dist_name_normalise(line, DIST_NAME_MAX, ret) == -E2BIG, "one that is longer");
	CHECK(dist_name_same("Flask_SQLAlchemy", "flask-sqlalchemy"), "two spellings of one name");
	CHECK(!dist_name_same("flask", "flask2"), "two names");
	CHECK(!dist_name_same("-", "-"), "what is none is no name's other spelling");
	CHECK(!dist_name_same("a", "-"), "nor beside one that is");
	return done();
}
