/* SPDX-License-Identifier: MIT */
/* The machine's locale, by the file that says it; and what images are called. */
#include "core/locale_conf.h"

#include <errno.h>
#include <string.h>

#include "core/start_layout.h"
#include "check.h"

static void is(const char *text, const char *wanted)
{
	char name[32] = "";

	CHECK(locale_conf_lang(text, name, sizeof(name)) == 0, wanted);
	CHECK_TEXT(name, wanted, wanted);
}

static void test_keys(void)
{
	const struct start_key key = { .tree = "/srv/a/versions/1",
				       .arch = "x86_64",
				       .program = "/usr/bin/python3",
				       .boot = "b",
				       .dev = 1,
				       .ino = 2,
				       .changed = 3,
				       .made = 4 };
	struct start_key others[8];
	char first[START_KEY_SIZE], other[START_KEY_SIZE];

	start_layout_key(&key, first);
	CHECK(strlen(first) == START_KEY_SIZE - 1, "a whole key");
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		others[i] = key;
	others[0].tree = "/srv/a/versions/2";
	others[1].arch = "aarch64";
	others[2].program = "/usr/bin/python";
	others[3].boot = "c";
	others[4].dev = 9;
	others[5].ino = 9;
	others[6].changed = 9;
	others[7].made = 9;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		start_layout_key(&others[i], other);
		CHECK(strcmp(first, other) != 0, "whatever differs");
	}
	others[0] = key;
	others[0].tree = "/srv/a/versions/1x86_64";
	others[0].arch = "";
	start_layout_key(&others[0], other);
	CHECK(strcmp(first, other) != 0, "where one text ends counts, too");
}

int main(void)
{
	char name[8];

	is("LANG=de_DE.UTF-8\n", "de_DE.UTF-8");
	is("# LANG=no\n  LANG=\"C.UTF-8\" \nLC_TIME=x\n", "C.UTF-8");
	is("LANG=a\nLANG='b@c'", "b@c");
	CHECK(locale_conf_lang("", name, sizeof(name)) == -ENOENT, "nothing");
	CHECK(locale_conf_lang("LANG=\n", name, sizeof(name)) == -ENOENT, "no value");
	CHECK(locale_conf_lang("LANG=\"\"\n", name, sizeof(name)) == -ENOENT, "an empty one");
	CHECK(locale_conf_lang("XLANG=C\n", name, sizeof(name)) == -ENOENT, "another name");
	CHECK(locale_conf_lang("LANG=../x\n", name, sizeof(name)) == -EINVAL, "no locale's name");
	CHECK(locale_conf_lang("LANG=de_DE.UTF-8", name, sizeof(name)) == -E2BIG, "no room");
	test_keys();
	return done();
}
