/* SPDX-License-Identifier: MIT */
/* Names that others can carry, and what a link's text says. */
#include "core/name.h"

#include "core/str.h"
#include "check.h"

static const char *flaw(const char *name)
{
	const char *text = name_flaw(name, strlen(name));

	return text ? text : "nothing";
}

static const char *normal(const char *path)
{
	static char text[128];

	(void)str_copy(text, sizeof(text), path);
	name_normalise(text);
	return text;
}

static void test_flaws(void)
{
	char longest[300];

	CHECK_TEXT(flaw("tool"), "nothing", "a plain name");
	CHECK_TEXT(flaw("[ ]+{}$é漢😀"), "nothing", "blanks inside, brackets, UTF-8");
	CHECK_TEXT(flaw("a\nb"), "has a control byte in its name", "a line feed");
	CHECK_TEXT(flaw("a\x7f"), "has a control byte in its name", "DEL");
	CHECK_TEXT(flaw("a\\b"), "has a backslash in its name", "a backslash");
	CHECK_TEXT(flaw("\xff"), "has a name that is no UTF-8", "a byte that is never in UTF-8");
	CHECK_TEXT(flaw("\xc3"), "has a name that is no UTF-8", "a character that is cut");
	CHECK_TEXT(flaw("\xc0\xaf"), "has a name that is no UTF-8", "longer than need be");
	CHECK_TEXT(flaw("\xed\xa0\x80"), "has a name that is no UTF-8", "a surrogate");
	CHECK_TEXT(flaw("\xf4\x90\x80\x80"), "has a name that is no UTF-8", "above the last");
	CHECK_TEXT(flaw("\xe0\x9f\xbf"), "has a name that is no UTF-8", "three bytes for two");
	CHECK_TEXT(flaw("\xf0\x8f\xbf\xbf"), "has a name that is no UTF-8", "four for three");
	CHECK_TEXT(flaw("\xe6\xbc(x"), "has a name that is no UTF-8", "a character that is broken");
	CHECK_TEXT(flaw("\xe0\xa0\x80\xed\x9f\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"), "nothing",
		   "the first and the last characters of each length");
	CHECK_TEXT(flaw("\xc1x"), "has a name that is no UTF-8", "a first byte that is none");
	CHECK_TEXT(flaw("\xff"
			"xxxxx"),
		   "has a name that is no UTF-8", "however long it is");
	CHECK_TEXT(flaw("\xf5xxx"), "has a name that is no UTF-8", "nor this one");
	CHECK_TEXT(flaw("trailer!!!"), "nothing", "what only looks like cpio's end");
	CHECK_TEXT(flaw(""), "nothing", "no name");
	CHECK_TEXT(flaw("a "), "has a name that ends with a blank or a dot", "a blank at the end");
	CHECK_TEXT(flaw("a."), "has a name that ends with a blank or a dot", "a dot at the end");
	CHECK_TEXT(flaw("TRAILER!!!"), "has the name that ends a cpio archive", "cpio's end");
	memset(longest, 'a', 256);
	longest[256] = '\0';
	CHECK_TEXT(flaw(longest), "has a name of more than 255 bytes", "256 bytes");
	longest[255] = '\0';
	CHECK_TEXT(flaw(longest), "nothing", "255 bytes");
}

static const char *visible(const char *text)
{
	static char all[128];
	char one[NAME_VISIBLE_MAX];
	struct text to;

	text_init(&to, all, sizeof(all));
	while (*text) {
		text += name_visible(text, one);
		text_add(&to, one);
	}
	return all;
}

static void test_visible(void)
{
	char text[32];

	CHECK_TEXT(visible("a b\\é漢😀"), "a b\\é漢😀", "what can be seen");
	CHECK_TEXT(visible("a\033[31m\n\x7f"), "a\\x1b[31m\\x0a\\x7f", "control bytes");
	CHECK_TEXT(visible("\xc2\x9b"
			   "1m\xc2\xa0"),
		   "\\xc2\\x9b1m\xc2\xa0", "the second range of controls");
	CHECK_TEXT(visible("a\u202eb\u2066\u061c\u2028"),
		   "a\\xe2\\x80\\xaeb\\xe2\\x81\\xa6\\xd8\\x9c\\xe2\\x80\\xa8",
		   "what turns text round");
	CHECK_TEXT(visible("\u200e\u200f"), "\\xe2\\x80\\x8e\\xe2\\x80\\x8f", "and its marks");
	CHECK_TEXT(visible("\u200d\u2030\u206a\u0627\u20ac\u2080\u2040"),
		   "\u200d\u2030\u206a\u0627\u20ac\u2080\u2040", "what does not");
	CHECK_TEXT(visible("\xff\xc3"), "\\xff\\xc3", "no UTF-8");
	CHECK(name_clean("a\nb", text, sizeof(text)) == 3, "all of a text");
	CHECK_TEXT(text, "a\\x0ab", "all of a text");
	CHECK(name_clean("a\nb", text, 4) == 1, "as much as there is room for");
	CHECK_TEXT(text, "a", "as much as there is room for");
	CHECK(name_clean("a", NULL, 0) == 0, "no room at all");
}

static void test_case(void)
{
	CHECK(name_same_folded("bin/Tool", "bin/tool"), "they differ in case alone");
	CHECK(!name_same_folded("bin/tool", "bin/tool"), "they are equal");
	CHECK(!name_same_folded("bin/tool", "bin/tools"), "one is longer");
	CHECK(!name_same_folded("[", "{"), "other bytes are no letters");
	CHECK(!name_same_folded("bin/Tools", "bin/tool"), "the other one is longer");
	CHECK(name_fold_hash("bin/Tool") == name_fold_hash("BIN/tool"), "both have one hash");
}

static void test_links(void)
{
	CHECK(!name_climbs("/bin/a", "../etc/x"), "to the top and down");
	CHECK(name_climbs("/bin/a", "../../etc/x"), "above the top");
	CHECK(name_climbs("/a", ".."), "the top's parent");
	CHECK(!name_climbs("/a", "b/../c"), "down and up again");
	CHECK(name_climbs("/a/b", "c/../../../d"), "down, then too far up");
	CHECK(!name_climbs("/a/b/c", ".././../x"), "dots count for nothing");
	CHECK(!name_climbs("//bin///a/", "../x"), "slashes that count for nothing");
	CHECK(!name_climbs("/a", "./b//c/"), "dots and slashes in the text");
	CHECK(!name_climbs("/a", ".b/../x./.."), "names of two bytes with a dot");
	CHECK_TEXT(normal("/a/../b"), "/b", "up and down");
	CHECK_TEXT(normal("/.a/b./x"), "/.a/b./x", "names with a dot are names");
	CHECK_TEXT(normal("/a//"), "/a", "slashes at the end");
	CHECK_TEXT(normal("/../.."), "/", "above the top is the top");
	CHECK_TEXT(normal("//a/.//b/"), "/a/b", "slashes and dots");
	CHECK_TEXT(normal("/a/b/../../c"), "/c", "twice up");
	CHECK_TEXT(normal("a/../b"), "a/../b", "a relative path stays");
}

int main(void)
{
	test_flaws();
	test_visible();
	test_case();
	test_links();
	return done();
}
