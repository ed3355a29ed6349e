/* SPDX-License-Identifier: MIT */
/* Versions of distributions and sets of them. The tables are what python3-packaging answers. */
#include "core/pep440.h"

#include <errno.h>

#include "check.h"

static int parse(const char *text, struct pep440 *ret)
{
	return pep440_parse(text, strlen(text), ret);
}

static int in_set(const char *text, const char *set)
{
	struct pep440 version;

	return parse(text, &version) < 0 ? -E2BIG : pep440_in_set(&version, set, strlen(set));
}

static void test_spellings(void)
{
	static const struct {
		const char *text, *preferred;
	} same[] = {
		{ "1.0", "1.0" },
		{ " v1.0\n", "1.0" },
		{ "V2!1.2.3", "2!1.2.3" },
		{ "0!1", "1" },
		{ "1.0alpha1", "1.0a1" },
		{ "1.0-ALPHA.1", "1.0a1" },
		{ "1.0b", "1.0b0" },
		{ "1.0beta2", "1.0b2" },
		{ "1.0c3", "1.0rc3" },
		{ "1.0pre4", "1.0rc4" },
		{ "1.0preview_5", "1.0rc5" },
		{ "1.0.rc-6", "1.0rc6" },
		{ "1.0-1", "1.0.post1" },
		{ "1.0rev2", "1.0.post2" },
		{ "1.0.r3", "1.0.post3" },
		{ "1.0_post", "1.0.post0" },
		{ "1.0dev", "1.0.dev0" },
		{ "1.0-dev4", "1.0.dev4" },
		{ "1.0+Ubuntu_1-2", "1.0+ubuntu.1.2" },
		{ "007.08", "7.8" },
		{ "1a2.post3.dev4+l", "1a2.post3.dev4+l" },
		{ "1.18446744073709551615", "1.18446744073709551615" },
	};
	struct pep440 version;
	char text[PEP440_TEXT_MAX];

	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		CHECK(parse(same[i].text, &version) == 0, same[i].text);
		CHECK(pep440_format(&version, text, sizeof(text)) == 0, "its preferred spelling");
		CHECK_TEXT(text, same[i].preferred, same[i].text);
	}
	CHECK(parse("1.0", &version) == 0 && pep440_format(&version, text, 3) == -E2BIG,
	      "a spelling that does not fit");
}

static void test_unsound(void)
{
	static const char *const unsound[] = {
		"",
		"x",
		"1.",
		"1..2",
		".1",
		"1.0x",
		"1.0+",
		"1.0+a..b",
		"1.0+.",
		"1.0+a.",
		"1 0",
		"1.0-",
		"1.0 a",
		"1!",
		"!1",
		"1!2!3",
		"0!0!1",
		"1.0a1a2",
		"1.0+a@",
		"1.*",
		"1.0a18446744073709551616",
		"1.0.post18446744073709551616",
		"1.0.dev18446744073709551616",
		"1.0-18446744073709551616",
		"18446744073709551616",
		"1.0+a/b",
		"1.0+a[",
		"1,0",
		"1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17",
		"1+aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	};
	struct pep440 version;

	for (size_t i = 0; i < sizeof(unsound) / sizeof(unsound[0]); i++)
		CHECK(parse(unsound[i], &version) == -EINVAL, unsound[i]);
	CHECK(pep440_parse("1.0\0", 4, &version) == -EINVAL, "a NUL");
}

/* PEP 440's own example, and more. */
static void test_order(void)
{
	static const char *const order[] = {
		"1.0.dev456",
		"1.0a1.dev1",
		"1.0a1",
		"1.0a2.dev456",
		"1.0a12.dev456",
		"1.0a12",
		"1.0b1.dev456",
		"1.0b2",
		"1.0b2.post345.dev456",
		"1.0b2.post345",
		"1.0rc1.dev456",
		"1.0rc1",
		"1.0",
		"1.0+abc",
		"1.0+abc.a",
		"1.0+abd",
		"1.0+5",
		"1.0+05.1",
		"1.0+10",
		"1.0.post456.dev34",
		"1.0.post456",
		"1.1.dev1",
		"1.1",
		"1.10",
		"2",
		"1!0.1",
	};
	const size_t n = sizeof(order) / sizeof(order[0]);
	struct pep440 one, other;

	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < n; j++) {
			int r = parse(order[i], &one) < 0 || parse(order[j], &other) < 0
					? -99
					: pep440_compare(&one, &other);

			CHECK(i < j ? r < 0 && r != -99 : i > j ? r > 0 : r == 0, order[i]);
		}
	}
	CHECK(parse("1", &one) == 0 && parse("1.0.0", &other) == 0 &&
		      pep440_compare(&one, &other) == 0,
	      "zeros at the end do not count");
	CHECK(parse("1+0", &one) == 0 && parse("1+00", &other) == 0 &&
		      pep440_compare(&one, &other) == 0,
	      "nor those at the beginning of a number");
}

static void test_sets(void)
{
	static const struct {
		const char *version, *set;
		int in;
	} sets[] = {
		{ "3.11.2", "", 1 },
		{ "3.11.2", " , ", 1 },
		{ "3.11.2", ">=3.8", 1 },
		{ "3.11.2", ">=3.8,<3.11", 0 },
		{ "3.11.2", ">= 3.8 , != 3.11.*", 0 },
		{ "3.11.2", "==3.11.*", 1 },
		{ "3.11.2", "==3.1.*", 0 },
		{ "3.11.2", "!=3.10.*", 1 },
		{ "3.11.2", "~=3.11", 1 },
		{ "3.11.2", "~=3.11.1", 1 },
		{ "3.11.2", "~=3.11.3", 0 },
		{ "3.12.0", "~=3.11.1", 0 },
		{ "3.12.0", "~=3.11", 1 },
		{ "4", "~=3.11", 0 },
		{ "3.11.2", "==3.11.2", 1 },
		{ "3.11", "==3.11.0", 1 },
		{ "3.11.2", "!=3.11.2", 0 },
		{ "3.11.2", "<=3.11.2", 1 },
		{ "3.11.2", "<=3.11", 0 },
		{ "3.11.2", "<3.11.3", 1 },
		{ "3.11.2", ">3.11.2", 0 },
		{ "3.11.2", ">3.11", 1 },
		{ "3.12.0b1", "<3.12", 0 },
		{ "3.12.0.dev1", "<3.12", 0 },
		{ "3.12.0a1", "<3.12.0b1", 1 },
		{ "3.12.0b1", "<3.13", 1 },
		{ "1.0.post1", ">1.0", 0 },
		{ "1.0.post2", ">1.0.post1", 1 },
		{ "1.1.post1", ">1.0", 1 },
		{ "1.0+local", ">1.0", 0 },
		{ "1.0+local", ">=1.0", 1 },
		{ "1.0+local", "==1.0", 1 },
		{ "1.0+local", "==1.0+local", 1 },
		{ "1.0+local", "==1.0+other", 0 },
		{ "1.0", "==1.0+local", 0 },
		{ "1.0+local", "<=1.0", 1 },
		{ "1.0", "===1.0", 1 },
		{ "1.0", "===1.0.0", 0 },
		{ "1!2.0", ">=3", 1 },
		{ "1!2.0", "==2.*", 0 },
		{ "1!2.0", "==1!2.*", 1 },
		{ "1.0.dev1", "<1.0.dev2", 1 },
		{ "1.0.dev1", "<1.0a1", 1 },
		{ "1.0a1", "<1.0.post1", 0 },
		{ "1.0", ">=", -EINVAL },
		{ "1.0", "1.0", -EINVAL },
		{ "1.0", "~=1", -EINVAL },
		{ "1.0", ">=1.*", -EINVAL },
		{ "1.0", "<=1.*", -EINVAL },
		{ "1.0", "<1.*", -EINVAL },
		{ "1.0", ">1.*", -EINVAL },
		{ "1.0", "~=1.0.*", -EINVAL },
		{ "1.0", "==1.0a1.*", -EINVAL },
		{ "1.0", "==1.0.post1.*", -EINVAL },
		{ "1.0", "==1.0.dev1.*", -EINVAL },
		{ "1.0", "==1.0+a.*", -EINVAL },
		{ "1.0", "=1.0", -EINVAL },
		{ "1.0", ">=x", -EINVAL },
		{ "1.0", "==.*", -EINVAL },
		{ "1.0", ">=1,x", -EINVAL },
		{ "1.0", ">1, >=x", -EINVAL },
	};

	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		CHECK(in_set(sets[i].version, sets[i].set) == sets[i].in, sets[i].set);
}

int main(void)
{
	test_spellings();
	test_unsound();
	test_order();
	test_sets();
	return done();
}
