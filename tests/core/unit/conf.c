/* SPDX-License-Identifier: MIT */
/* Keys and values of the configuration. */
#include "core/conf.h"

#include <errno.h>
#include <stdio.h>

#include "core/err.h"
#include "core/tree_conf.h"
#include "check.h"

static struct conf conf;
static struct err err;

static void takes(const char *key, const char *value)
{
	bool at_value;

	CHECK(conf_set(&conf, "busypy", key, value, &at_value, &err) == 0, key);
}

static void refuses(const char *section, const char *key, const char *value, bool blames_value,
		    const char *sentence)
{
	bool at_value = !blames_value;

	CHECK(conf_set(&conf, section, key, value, &at_value, &err) < 0, key);
	CHECK(at_value == blames_value, blames_value ? "the value is at fault" : "the key is");
	CHECK_TEXT(err.text, sentence, "and why");
}

static void test_lists(void)
{
	char long_value[CONF_VALUE_MAX + 1];

	memset(long_value, 'x', sizeof(long_value) - 1);
	long_value[sizeof(long_value) - 1] = '\0';
	long_value[0] = '/';
	refuses("busypy", "tree", long_value, true, "the value is longer than 511 bytes");
	refuses("stage", "mirror", long_value, true, "'mirror' is too long");
	refuses("busypy", "interpreter", long_value, true,
		"'interpreter' is longer than 200 bytes");
	refuses("busypy", "prune", "relative", true,
		"'prune' must be 'none' or an absolute path, not 'relative'");
	conf_init(&conf);
	CHECK(conf_prunes(&conf, "/var/lib/docker/overlay2/x"), "the defaults prune docker's");
	CHECK(!conf_prunes(&conf, "/var/lib/docker"), "not the directory itself");
	conf_init(&conf);
	takes("prune", "/own/**");
	takes("prune", "/second");
	CHECK(conf.n_prune == 2 && !conf_prunes(&conf, "/var/lib/docker/x") &&
		      conf_prunes(&conf, "/own/a") && conf_prunes(&conf, "/second"),
	      "a list of one's own replaces the defaults");
	conf_init(&conf);
	takes("prune", "none");
	CHECK(conf.n_prune == 0, "or there is none");
	conf_init(&conf);
	takes("interpreter", "/opt/python");
	CHECK(conf.n_interpreters == 1 && strcmp(conf.interpreters[0], "/opt/python") == 0,
	      "the same with interpreters");
	for (int i = 0; i < CONF_TREES_MAX; i++)
		takes("tree", "/t");
	refuses("busypy", "tree", "/t", true, "more than 8 values");
}

static void test_env(void)
{
	conf_init(&conf);
	CHECK(conf_by_env(&conf), "lines with env are ours");
	takes("env", "no");
	CHECK(!conf_by_env(&conf), "unless that is not wanted");
	takes("env", "yes");
	takes("interpreter", "/bin/shell");
	CHECK(!conf_by_env(&conf), "or Python's own line is not ours");
	takes("interpreter", "/usr/bin/python3");
	CHECK(conf_by_env(&conf), "as it may be again");
	refuses("busypy", "env", "maybe", true, "'env' must be 'no' or 'yes', not 'maybe'");
}

static void of_tree(const char *path, const char *programs)
{
	bool at_value;

	CHECK(conf_set(&conf, path, "programs", programs, &at_value, &err) == 0, path);
}

static void test_trees(void)
{
	char path[32], long_name[CONF_VALUE_MAX + 1];

	memset(long_name, '/', CONF_VALUE_MAX);
	long_name[CONF_VALUE_MAX] = '\0';
	conf_init(&conf);
	refuses(long_name, "programs", "host", true, "the section's name is longer than 511 bytes");
	CHECK(conf.n_of_trees == 0, "it is none");
	of_tree(long_name + 1, "host");
	CHECK(conf.n_of_trees == 1 && strcmp(conf.of_trees[0].path, long_name + 1) == 0,
	      "the longest section's name");
	conf_init(&conf);
	of_tree("/srv/a", "host");
	of_tree("/srv/b", "tree");
	CHECK(conf.n_of_trees == 2 && strcmp(conf.of_trees[0].path, "/srv/a") == 0 &&
		      conf.of_trees[0].programs == PROGRAMS_HOST &&
		      conf.of_trees[1].programs == PROGRAMS_TREE,
	      "sections of trees");
	of_tree("/srv/a", "tree");
	CHECK(conf.n_of_trees == 2 && conf.of_trees[0].programs == PROGRAMS_TREE,
	      "the last word counts");
	refuses("/srv/a", "programs", "both", true,
		"'programs' must be 'tree' or 'host', not 'both'");
	refuses("/srv/a", "match", "tree", false,
		"unknown key 'match' in section [/srv/a] (Hint: it belongs to [busypy])");
	refuses("busypy", "programs", "host", false, "unknown key 'programs' in section [busypy]");
	CHECK(conf.of_trees[0].start == START_UNSAID, "another key is not said by it");
	CHECK(conf_set(&conf, "/srv/a", "start", "image", &(bool){ false }, &err) == 0 &&
		      conf.n_of_trees == 2 && conf.of_trees[0].start == START_IMAGE &&
		      conf.of_trees[0].programs == PROGRAMS_TREE,
	      "how its Python starts");
	refuses("/srv/a", "start", "fast", true,
		"'start' must be 'plain', 'auto' or 'image', not 'fast'");
	refuses("busypy", "start", "auto", false, "unknown key 'start' in section [busypy]");
	for (int i = 2; i < CONF_TREES_MAX; i++) {
		(void)snprintf(path, sizeof(path), "/srv/%d", i);
		of_tree(path, "host");
	}
	refuses("/srv/one-more", "programs", "host", true, "more than 8 sections of trees");
	of_tree("/srv/7", "tree");
	conf_init(&conf);
	CHECK(conf.runtime_space == 256 << 20, "room for runtimes");
	takes("runtime-space", "1G");
	CHECK(conf.runtime_space == 1 << 30, "or more");
	CHECK(conf.start_space == 256 << 20, "room for images");
	takes("start-space", "64M");
	CHECK(conf.start_space == 64 << 20 && conf.runtime_space == 1 << 30, "or less");
	refuses("busypy", "start-space", "much", true,
		"'start-space' must be an amount of space, as 256M, not 'much'");
	refuses("/srv/a", "start-space", "1M", false,
		"unknown key 'start-space' in section [/srv/a] (Hint: it belongs to [busypy])");
	refuses("busypy", "runtime-space", "0", true,
		"'runtime-space' must be an amount of memory, as 256M, not '0'");
	refuses("busypy", "runtime-space", "much", true,
		"'runtime-space' must be an amount of memory, as 256M, not 'much'");
}

int main(void)
{
	bool at_value;

	conf_init(&conf);
	CHECK(!conf_outdated(&conf), "nothing is outdated");
	CHECK(conf.n_trees == 0 && conf.n_interpreters == 2 && conf.n_prune > 10 && !conf.shared &&
		      !conf.direct_given && !conf.user_site && !conf.match_marker,
	      "the defaults");
	takes("tree", "/srv/tree");
	takes("match", "marker");
	takes("isolation", "shared");
	takes("direct", "yes");
	takes("user-site", "yes");
	CHECK(conf.n_trees == 1 && conf.match_marker && conf.shared && conf.direct_given &&
		      conf.user_site,
	      "each key sets what it says");
	CHECK_TEXT(conf_outdated(&conf),
		   "'direct' means nothing any more (Hint: 'programs = host' is the way without a "
		   "view, see busypy.conf(5); take the line out)",
		   "one of them for the last time");
	takes("match", "tree");
	takes("isolation", "private");
	takes("direct", "no");
	takes("user-site", "no");
	CHECK(!conf.match_marker && !conf.shared && !conf.user_site, "and takes it back");
	refuses("busypy", "match", "x", true, "'match' must be 'tree' or 'marker', not 'x'");
	refuses("busypy", "isolation", "", true,
		"'isolation' must be 'private' or 'shared', not ''");
	refuses("busypy", "direct", "1", true, "'direct' must be 'no' or 'yes', not '1'");
	refuses("busypy", "tree", "srv", true, "'tree' must be an absolute path, not 'srv'");
	refuses("busypy", "interpreter", "/a b", true,
		"'interpreter' must be an absolute path without blanks, not '/a b'");
	refuses("busypy", "interpreter", "python3", true,
		"'interpreter' must be an absolute path without blanks, not 'python3'");
	refuses("busypy", "nonsense", "x", false, "unknown key 'nonsense' in section [busypy]");
	refuses("nonsense", "tree", "/x", false, "unknown section 'nonsense'");
	CHECK(conf_set(&conf, "stage", "mirror", "http://m/debian", &at_value, &err) == 0 &&
		      strcmp(conf.mirror, "http://m/debian") == 0,
	      "a mirror");
	refuses("stage", "tree", "/x", false,
		"unknown key 'tree' in section [stage] (Hint: it belongs to [busypy])");
	refuses("", "tree", "/x", false, "'tree' stands before any [section]");
	test_lists();
	test_env();
	test_trees();
	return done();
}
