/* SPDX-License-Identifier: MIT */
/* binfmt_misc entries: made, written, read back, and compared. */
#include "core/rule.h"

#include <errno.h>

#include "core/arch.h"
#include "check.h"

static void test_make(void)
{
	char line[RULE_LINE_MAX + 1];
	struct rule rule;

	CHECK(rule_make(&rule, 7, "/usr/bin/python3", 0, false, "/run/busypy.handler/g7/loader") ==
		      0,
	      "rule_make");
	CHECK(rule_format(&rule, line, sizeof(line)) == 0, "rule_format");
	CHECK_TEXT(
		line,
		":busypy-7-python3-nl:M:0:\\x23\\x21\\x2f\\x75\\x73\\x72\\x2f\\x62\\x69\\x6e\\x2f"
		"\\x70\\x79\\x74\\x68\\x6f\\x6e\\x33\\x0a::/run/busypy.handler/g7/loader:POF",
		"is what the kernel's register file takes");
	CHECK(!strchr(rule.flags, 'C'), "never the flag C");
	CHECK(rule_make(&rule, 7, "/bin/x", 2, false, "/l") == 0 && rule.magic[8] == '\t' &&
		      rule.size == 9,
	      "the ending with a tab");
	CHECK(rule_make(&rule, 7, "/bin/x", 4, false, "/l") == 0 &&
		      memcmp(rule.magic, "#! /bin/x ", 10) == 0,
	      "a blank before the name");
	CHECK(rule_make(&rule, 7, "/bin/x", RULE_FORMS, false, "/l") == -ENOENT,
	      "behind the last form");
	CHECK(rule_make(&rule, 7, "/usr/bin/env -S python3", 0, false, "/l") == 0 &&
		      memcmp(rule.magic, "#!/usr/bin/env -S python3\n", 26) == 0,
	      "a line with words");
	CHECK_TEXT(rule.name, "busypy-7-env-S-python3-nl", "which are parts of the name");
	CHECK(rule_make(&rule, 7, "/bin/x", 0, true, "/l") == 0 && rule.size == 18 &&
		      memcmp(rule.magic, "#!/bin/x\n# busypy\n", 18) == 0,
	      "with a marker");
	CHECK(rule_make(&rule, 7, "/bin/x", 1, true, "/l") == -ENOENT, "which has no argument");
	CHECK(rule_make(&rule, 7, "/bin/x", 0, false, "/l") == 0 &&
		      rule_format(&rule, line, 10) == -E2BIG,
	      "rule_format cuts nothing");
}

static void test_too_long(void)
{
	char shebang[300], loader[600];
	struct rule rule;

	memset(shebang, 'x', sizeof(shebang) - 1);
	shebang[sizeof(shebang) - 1] = '\0';
	shebang[0] = '/';
	CHECK(rule_make(&rule, 1, shebang, 0, false, "/l") == -E2BIG, "a magic that is too long");
	shebang[RULE_MAGIC_MAX] = '/';
	CHECK(rule_make(&rule, 1, shebang, 0, false, "/l") == -E2BIG, "though its name is short");
	shebang[RULE_NAME_MAX] = '\0';
	CHECK(rule_make(&rule, 1, shebang, 0, false, "/l") == -E2BIG, "a name that is");
	memset(loader, 'x', sizeof(loader) - 1);
	loader[sizeof(loader) - 1] = '\0';
	CHECK(rule_make(&rule, 1, "/x", 0, false, loader) == -E2BIG, "a loader's path, too");
}

static int parse(const char *text, struct rule *ret)
{
	return rule_parse("entry", text, strlen(text), ret);
}

static void test_parse(void)
{
	static const char python[] = "enabled\ninterpreter /run/loader\nflags: POF\noffset 0\n"
				     "magic 2321780a\n";
	static const char masked[] = "disabled\ninterpreter /q\nflags: \noffset 2\nmagic 4142\n"
				     "mask ff0f\n";
	char text[2 * RULE_LINE_MAX] = "", line[RULE_LINE_MAX + 1];
	struct rule rule;

	CHECK(parse(python, &rule) == 0 && rule.enabled && rule.size == 4 && rule.offset == 0 &&
		      memcmp(rule.magic, "#!x\n", 4) == 0 && rule.mask[3] == 0xff,
	      "an entry's file");
	CHECK_TEXT(rule.name, "entry", "its name is the file's");
	CHECK_TEXT(rule.interpreter, "/run/loader", "its interpreter");
	CHECK_TEXT(rule.flags, "POF", "its flags");
	CHECK(parse(masked, &rule) == 0 && !rule.enabled && rule.offset == 2 && rule.size == 2 &&
		      rule.mask[0] == 0xff && rule.mask[1] == 0x0f,
	      "a mask");
	CHECK(parse("enabled\ninterpreter /j\nflags: \nextension .jar\n", &rule) == 0 &&
		      strcmp(rule.extension, "jar") == 0,
	      "an extension");
	CHECK(parse("magic 123\n", &rule) == -EINVAL, "half a byte");
	CHECK(parse("magic zz\n", &rule) == -EINVAL, "no digits");
	CHECK(parse("offset 257\n", &rule) == -EINVAL, "an offset behind what is read");
	CHECK(parse("offset 255\nmagic 4142\n", &rule) == -EINVAL, "a magic that is");
	CHECK(parse("offset x\n", &rule) == -EINVAL, "an offset that is none");
	CHECK(parse("", &rule) == 0 && !rule.enabled, "an empty file");
	CHECK(parse("offset 123456789012345678901234\n", &rule) == -EINVAL, "an offset too long");
	CHECK(parse("enabled or not\nunknown\nmagic 41", &rule) == 0 && !rule.enabled &&
		      rule.size == 1,
	      "other words, and no line end");
	memset(text, 'a', sizeof(text) - 2);
	CHECK(rule_parse(text, "", 0, &rule) == -EINVAL, "a name that is too long");
	memcpy(text, "magic ", 6);
	CHECK(parse(text, &rule) == -EINVAL, "a magic that is too long");
	CHECK(parse(masked, &rule) == 0 && rule_format(&rule, line, sizeof(line)) == 0,
	      "a mask is written");
	CHECK_TEXT(line, ":entry:M:2:\\x41\\x42:\\xff\\x0f:/q:", "for all bytes");
	memset(rule.magic, 'x', sizeof(rule.magic));
	memset(rule.mask, 1, sizeof(rule.mask));
	rule.size = RULE_MAGIC_MAX;
	CHECK(rule_format(&rule, text, sizeof(text)) == -E2BIG, "more than the kernel takes");
}

static void test_overlaps(void)
{
	struct rule python, other, elf;

	(void)rule_make(&python, 1, "/usr/bin/python3", 0, false, "/l");
	(void)rule_make(&other, 1, "/usr/bin/python3", 1, false, "/l");
	CHECK(rule_overlaps(&python, &python), "an entry with itself");
	CHECK(!rule_overlaps(&python, &other), "two endings");
	(void)parse("enabled\noffset 0\nmagic 2321\n", &other);
	CHECK(rule_overlaps(&python, &other) && rule_overlaps(&other, &python), "all scripts");
	(void)parse("enabled\noffset 100\nmagic 41\n", &other);
	CHECK(rule_overlaps(&python, &other), "bytes that the other does not ask after");
	(void)parse("enabled\nextension .py\n", &other);
	CHECK(rule_overlaps(&python, &other), "a name's ending");
	CHECK(rule_overlaps(&other, &python), "asked the other way round");
	CHECK(rule_overlaps(&other, &other), "one ending");
	(void)parse("enabled\nextension .pl\n", &elf);
	CHECK(!rule_overlaps(&other, &elf), "two endings of names");
	rule_for_elf(arch_by_name("s390x"), &elf);
	CHECK(!rule_overlaps(&python, &elf), "a program is no script");
	rule_for_elf(arch_by_name("x86_64"), &other);
	CHECK(!rule_overlaps(&other, &elf), "nor of another arch");
}

static void test_matches(void)
{
	struct rule rule = { .enabled = true, .offset = 2, .size = 2 };
	uint8_t head[RULE_MAGIC_MAX] = "abcdef";

	memcpy(rule.magic, "cd", 2);
	memset(rule.mask, 0xff, 2);
	CHECK(rule_matches(&rule, head, "x"), "magic at an offset");
	rule.magic[1] = 'D';
	CHECK(!rule_matches(&rule, head, "x"), "another byte");
	rule.mask[1] = 0xdf;
	CHECK(rule_matches(&rule, head, "x"), "a bit that the mask leaves out");
	rule.enabled = false;
	CHECK(!rule_matches(&rule, head, "x"), "a disabled entry is not asked");
	rule = (struct rule){ .enabled = true, .extension = "py" };
	CHECK(rule_matches(&rule, head, "/a/b.py"), "an extension");
	CHECK(rule_matches(&rule, head, "b.x.py"), "behind the last dot");
	CHECK(!rule_matches(&rule, head, "/a.py/b"), "a directory's is none");
	CHECK(!rule_matches(&rule, head, "/a/py"), "no dot");
	rule = (struct rule){ .enabled = true, .offset = RULE_MAGIC_MAX, .size = 1 };
	CHECK(!rule_matches(&rule, head, "x"), "magic behind what the kernel reads");
}

int main(void)
{
	test_make();
	test_too_long();
	test_parse();
	test_overlaps();
	test_matches();
	return done();
}
