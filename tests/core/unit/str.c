/* SPDX-License-Identifier: MIT */
/* Bounded text, numbers, paths and patterns. */
#include "core/str.h"

#include <errno.h>

#include "check.h"

static void test_text(void)
{
	char buf[8];
	struct text text;

	text_init(&text, buf, sizeof(buf));
	CHECK_TEXT(buf, "", "a new text is empty");
	text_add(&text, "abc");
	text_addf(&text, "%d", 1234);
	CHECK_TEXT(buf, "abc1234", "a text takes as much as fits with its NUL");
	CHECK(text_check(&text) == 0, "and that is no error");
	text_add(&text, "");
	CHECK(text_check(&text) == 0, "nothing fits always");
	text_add(&text, "x");
	CHECK(text_check(&text) == -E2BIG, "one byte more is an error");
	CHECK_TEXT(buf, "abc1234", "that changes nothing");
	text_init(&text, buf, sizeof(buf));
	text_addf(&text, "%s", "12345678");
	CHECK(text_check(&text) == -E2BIG && !buf[0], "a formatted piece is whole or not there");
	text_init(&text, buf, sizeof(buf));
	text_add_number(&text, 0);
	text_add_number(&text, 407);
	CHECK_TEXT(buf, "0407", "numbers");
	text_init(&text, buf, sizeof(buf));
	text_add_number(&text, UINT32_MAX);
	CHECK(text_check(&text) == -E2BIG && !buf[0], "a number is whole or not there");
	text_init(&text, buf, sizeof(buf));
	text_add_bytes(&text, "a\0b", 3);
	CHECK(text.used == 3 && buf[1] == '\0' && buf[3] == '\0', "bytes may be any");
}

static void test_strings(void)
{
	char buf[4];

	CHECK(str_eq("a", "a") && !str_eq("a", "ab") && str_eq("", ""), "str_eq");
	CHECK(str_starts("abc", "ab") && str_starts("a", "") && !str_starts("a", "ab"),
	      "str_starts");
	CHECK(str_ends("abc", "bc") && str_ends("a", "") && !str_ends("c", "bc"), "str_ends");
	CHECK(str_copy(buf, sizeof(buf), "abc") == 0 && str_eq(buf, "abc"), "str_copy");
	CHECK(str_copy(buf, sizeof(buf), "abcd") == -E2BIG, "str_copy cuts nothing");
	CHECK(str_copy_bytes(buf, sizeof(buf), "abcd", 2) == 0 && str_eq(buf, "ab"),
	      "str_copy_bytes");
	CHECK(str_copy_bytes(buf, sizeof(buf), "abcd", 4) == -E2BIG, "room for the NUL counts");
}

static void number(const char *s, unsigned base, int r, uint64_t wanted, const char *what)
{
	uint64_t value = 7;

	CHECK(str_to_u64(s, base, &value) == r && value == (r ? 7 : wanted), what);
}

static void test_numbers(void)
{
	number("0", 10, 0, 0, "zero");
	number("18446744073709551615", 10, 0, UINT64_MAX, "the largest number");
	number("18446744073709551616", 10, -ERANGE, 0, "one more");
	number("99999999999999999999", 10, -ERANGE, 0, "many more");
	number("ffffffffffffffff", 16, 0, UINT64_MAX, "hexadecimal");
	number("Ff", 16, 0, 255, "in either case");
	number("0755", 8, 0, 493, "octal");
	number("8", 8, -EINVAL, 0, "a digit of another base");
	number("a", 10, -EINVAL, 0, "a letter");
	number("", 10, -EINVAL, 0, "nothing");
	number("+1", 10, -EINVAL, 0, "a sign");
	number(" 1", 10, -EINVAL, 0, "a blank");
	number("1 ", 10, -EINVAL, 0, "a blank behind");
	number("0x1", 16, -EINVAL, 0, "a prefix");
}

static void test_paths(void)
{
	const char *list = "/a::/abcdef:b:";
	char buf[8];

	CHECK(path_below("/a/b", "/a") && path_below("/a", "/a") && path_below("/a", "/"),
	      "path_below: itself and what is in it");
	CHECK(!path_below("/ab", "/a") && !path_below("/", "/a"), "path_below: whole names");
	CHECK(path_canonical("/") && path_canonical("/a/b") && path_canonical("/...") &&
		      path_canonical("/.a"),
	      "path_canonical: takes");
	CHECK(!path_canonical("") && !path_canonical("a") && !path_canonical("/a/") &&
		      !path_canonical("//") && !path_canonical("/a//b") && !path_canonical("/.") &&
		      !path_canonical("/a/..") && !path_canonical("/../a") &&
		      !path_canonical("/a/./b"),
	      "path_canonical: refuses");
	CHECK_TEXT(path_base("/a/b"), "b", "path_base of a path");
	CHECK_TEXT(path_base("b"), "b", "path_base of a name");
	CHECK_TEXT(path_base("/"), "", "path_base of the root");
	CHECK(path_join(buf, sizeof(buf), "/", "a") == 0 && str_eq(buf, "/a"), "path_join: root");
	CHECK(path_join(buf, sizeof(buf), "/a", "b") == 0 && str_eq(buf, "/a/b"), "path_join");
	CHECK(path_join(buf, sizeof(buf), "/abc", "defg") == -E2BIG, "path_join cuts nothing");
	CHECK(path_next(&list, "p", buf, sizeof(buf)) == 1 && str_eq(buf, "/a/p"), "path_next");
	CHECK(path_next(&list, "p", buf, sizeof(buf)) == 1 && str_eq(buf, "/p"),
	      "path_next: an empty folder");
	CHECK(path_next(&list, "p", buf, sizeof(buf)) == -E2BIG, "path_next cuts nothing");
	CHECK(path_next(&list, "p", buf, sizeof(buf)) == 1 && str_eq(buf, "b/p"),
	      "path_next: goes on after it");
	CHECK(path_next(&list, "p", buf, sizeof(buf)) == 0 && !*list, "path_next: the end");
}

static void test_patterns(void)
{
	CHECK(path_match("/a", "/a") && !path_match("/a", "/ab") && !path_match("/ab", "/a"),
	      "a pattern without star is the path");
	CHECK(path_match("/a/*", "/a/b") && path_match("/a/*", "/a/") && !path_match("/a/*", "/a"),
	      "* stands for a name");
	CHECK(!path_match("/a/*", "/a/b/c"), "* stops at a slash");
	CHECK(path_match("/a/**", "/a/b/c") && !path_match("/a/**", "/a"), "** does not");
	CHECK(path_match("/*/x", "/ab/x") && !path_match("/*/x", "/a/b/x"), "* in the middle");
	CHECK(path_match("/**/x", "/a/b/x") && !path_match("/**/x", "/x"), "** in the middle");
	CHECK(path_match("/a*b*c", "/aXbYbZc"), "a star goes back");
	CHECK(path_match("**a*b", "/a/c/ab") && !path_match("**a*b", "/a/c/a/b"),
	      "** goes back when * has failed");
	CHECK(path_match("**", "") && path_match("*", ""), "stars take nothing, too");
	CHECK(!path_match("", "/"), "an empty pattern is an empty path");
}

static void check_escapes(void)
{
	char data[64], back[64];
	struct text text;

	text_init(&text, data, sizeof(data));
	text_add_escaped(&text, "a b\\c\n\x7f");
	CHECK_TEXT(data, "a\\040b\\134c\\012\\177", "blanks, backslashes and control bytes");
	memcpy(back, data, sizeof(back));
	CHECK(str_unescape(back) == 0, "are taken back");
	CHECK_TEXT(back, "a b\\c\n\x7f", "as they were");
	memcpy(back, "\\04", 4);
	CHECK(str_unescape(back) == -EINVAL, "not two digits");
	memcpy(back, "\\000", 5);
	CHECK(str_unescape(back) == -EINVAL, "not a NUL");
	memcpy(back, "\\777", 5);
	CHECK(str_unescape(back) == -EINVAL, "not more than a byte");
}

static void test_unescape(void)
{
	static const char *const bad[] = { "\\", "\\04", "\\08x", "\\000", "\\777", "a\\04" };
	char word[32];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)str_copy(word, sizeof(word), bad[i]);
		CHECK(str_unescape(word) == -EINVAL, bad[i]);
	}
	(void)str_copy(word, sizeof(word), "a\\040b\\134\\377");
	CHECK(str_unescape(word) == 0, "escapes");
	CHECK_TEXT(word, "a b\\\377", "escapes");
}

int main(void)
{
	test_unescape();
	test_text();
	test_strings();
	test_numbers();
	test_paths();
	test_patterns();
	check_escapes();
	return done();
}
