/* SPDX-License-Identifier: MIT */
/* What a tree says of itself, and where the runtime stands that it then has. */
#include "core/tree_conf.h"

#include <errno.h>

#include "core/err.h"
#include "core/runtime_layout.h"
#include "check.h"

static struct err err;

static void refuses(const char *section, const char *key, const char *value, bool blames_value,
		    const char *sentence)
{
	struct tree_conf conf = { PROGRAMS_HOST, START_AUTO };
	bool at_value = !blames_value;

	CHECK(tree_conf_set(&conf, section, key, value, &at_value, &err) == -EINVAL, key);
	CHECK(at_value == blames_value && conf.programs == PROGRAMS_HOST &&
		      conf.start == START_AUTO,
	      "what is at fault");
	CHECK_TEXT(err.text, sentence, "and why");
}

static void test_layout(void)
{
	char path[64], small[8];

	CHECK(runtime_layout_path("ab3x", RUNTIME_LDSO, path, sizeof(path)) == 0, "a file of it");
	CHECK_TEXT(path, "/run/busypy/ab3x.d/ld.so", "where");
	CHECK(runtime_layout_path("ab3x", "tree", small, sizeof(small)) == -E2BIG, "no room");
	CHECK(runtime_layout_program("ab3x", "/usr/bin/python3", path, sizeof(path)) == 0,
	      "an interpreter");
	CHECK_TEXT(path, "/run/busypy/ab3x.d/usr/bin/python3", "at its prefix");
	CHECK(runtime_layout_program("ab3x", "/bin/shell", path, sizeof(path)) == -ENOENT,
	      "another one is a script of the tree");
	CHECK(sizeof(RUNTIME_ROOT "/ab3x") == sizeof("/lib/ld.so.cache"),
	      "what ld.so reads has the length of what it read");
}

static void test_start(void)
{
	static const struct {
		const char *word;
		int start;
	} words[] = { { "plain", START_PLAIN }, { "auto", START_AUTO }, { "image", START_IMAGE } };
	struct tree_conf conf = { 0 };
	bool at_value;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		CHECK(tree_conf_set(&conf, "", "start", words[i].word, &at_value, &err) == 0 &&
			      conf.start == words[i].start && conf.programs == PROGRAMS_UNSAID,
		      words[i].word);
		CHECK_TEXT(tree_conf_start_name(words[i].start), words[i].word, "by name");
	}
	CHECK_TEXT(tree_conf_start_name(START_UNSAID), "", "not said");
	CHECK_TEXT(tree_conf_start_name(START_IMAGE + 1), "", "no such way");
	refuses("", "start", "images", true,
		"'start' must be 'plain', 'auto' or 'image', not 'images'");
	refuses("", "start", "", true, "'start' must be 'plain', 'auto' or 'image', not ''");
}

int main(void)
{
	struct tree_conf conf = { 0 };
	bool at_value;

	CHECK(tree_conf_set(&conf, "", "programs", "host", &at_value, &err) == 0 &&
		      conf.programs == PROGRAMS_HOST,
	      "the host's programs");
	CHECK(tree_conf_set(&conf, "", "programs", "tree", &at_value, &err) == 0 &&
		      conf.programs == PROGRAMS_TREE,
	      "the tree's own");
	refuses("", "programs", "Host", true, "'programs' must be 'tree' or 'host', not 'Host'");
	refuses("", "program", "host", false, "unknown key 'program'");
	refuses("x", "programs", "host", false,
		"a tree's configuration has no sections, not even 'x'");
	CHECK_TEXT(tree_conf_programs_name(PROGRAMS_HOST), "host", "by name");
	CHECK_TEXT(tree_conf_programs_name(PROGRAMS_TREE), "tree", "by name");
	CHECK_TEXT(tree_conf_programs_name(PROGRAMS_UNSAID), "", "not said");
	test_start();
	test_layout();
	return done();
}
