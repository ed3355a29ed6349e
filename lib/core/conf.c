/* SPDX-License-Identifier: MIT */
/* Keys and values of busypy.conf(5); pure. */
#include "core/conf.h"

#include <errno.h>
#include <string.h>

#include "core/amount.h"
#include "core/env_line.h"
#include "core/err.h"
#include "core/first_line.h"
#include "core/str.h"
#include "core/tree_conf.h"

enum { RUNTIME_SPACE_DEFAULT = 256 << 20, START_SPACE_DEFAULT = 256 << 20 };

/* Mounts that no script can use but every exec would copy: the private insides of container
 * runtimes, pinned namespaces, and images of snaps. */
static const char *const default_prune[] = {
	"/var/lib/docker/**",	  "/var/lib/containerd/**", "/var/lib/containers/**",
	"/var/lib/kubelet/**",	  "/var/lib/lxc/**",	    "/var/lib/lxcfs/**",
	"/var/lib/lxd/**",	  "/var/lib/incus/**",	    "/var/lib/machines/**",
	"/var/snap/lxd/**",	  "/run/docker/**",	    "/run/containerd/**",
	"/run/containers/**",	  "/run/crio/**",	    "/run/k3s/containerd/**",
	"/run/netns/**",	  "/run/snapd/ns/**",	    "/snap/**",
	"/var/lib/snapd/snap/**",
};

static int list_add(char list[][CONF_VALUE_MAX], size_t max, size_t *n, const char *value,
		    struct err *err)
{
	if (*n == max)
		return err_say(err, E2BIG, "more than %zu values", max);
	if (str_copy(list[*n], CONF_VALUE_MAX, value) < 0)
		return err_say(err, E2BIG, "the value is longer than %d bytes", CONF_VALUE_MAX - 1);
	(*n)++;
	return 0;
}

void conf_init(struct conf *conf)
{
	memset(conf, 0, sizeof(*conf));
	conf->runtime_space = RUNTIME_SPACE_DEFAULT;
	conf->start_space = START_SPACE_DEFAULT;
	for (size_t i = 0; i < sizeof(default_prune) / sizeof(default_prune[0]); i++)
		(void)list_add(conf->prune, CONF_PRUNE_MAX, &conf->n_prune, default_prune[i], NULL);
	for (size_t i = 0; first_line_interpreter(i); i++)
		(void)list_add(conf->interpreters, CONF_INTERPRETERS_MAX, &conf->n_interpreters,
			       first_line_interpreter(i), NULL);
	conf->env = true;
	(void)str_copy(conf->mirror, sizeof(conf->mirror), "http://deb.debian.org/debian");
}

static int word_of(const char *key, const char *value, const char *no, const char *yes, bool *ret,
		   struct err *err)
{
	if (!str_eq(value, no) && !str_eq(value, yes))
		return err_say(err, EINVAL, "'%s' must be '%s' or '%s', not '%s'", key, no, yes,
			       value);
	*ret = str_eq(value, yes);
	return 0;
}

static int set_prune(struct conf *conf, const char *value, struct err *err)
{
	if (!conf->prune_given)
		conf->n_prune = 0;
	conf->prune_given = true;
	if (str_eq(value, "none"))
		return 0;
	if (value[0] != '/')
		return err_say(err, EINVAL, "'prune' must be 'none' or an absolute path, not '%s'",
			       value);
	return list_add(conf->prune, CONF_PRUNE_MAX, &conf->n_prune, value, err);
}

static int set_interpreter(struct conf *conf, const char *value, struct err *err)
{
	if (!conf->interpreters_given)
		conf->n_interpreters = 0;
	conf->interpreters_given = true;
	if (!path_canonical(value) || strpbrk(value, " \t"))
		return err_say(err, EINVAL,
			       "'interpreter' must be an absolute path without blanks, not '%s'",
			       value);
	/* 2 for "#!", 10 for an ending with the marker */
	if (strlen(value) > 200)
		return err_say(err, EINVAL, "'interpreter' is longer than 200 bytes");
	return list_add(conf->interpreters, CONF_INTERPRETERS_MAX, &conf->n_interpreters, value,
			err);
}

static int set_tree(struct conf *conf, const char *value, struct err *err)
{
	if (value[0] != '/')
		return err_say(err, EINVAL, "'tree' must be an absolute path, not '%s'", value);
	return list_add(conf->trees, CONF_TREES_MAX, &conf->n_trees, value, err);
}

static int set_amount(const char *key, const char *value, const char *of, uint64_t *ret,
		      struct err *err)
{
	uint64_t bytes;

	if (amount_bytes(value, &bytes) < 0 || bytes == 0)
		return err_say(err, EINVAL, "'%s' must be an amount of %s, as 256M, not '%s'", key,
			       of, value);
	*ret = bytes;
	return 0;
}

/* It was the way of running without a view. */
static int set_direct(struct conf *conf, const char *value, struct err *err)
{
	bool ignored;

	conf->direct_given = true;
	return word_of("direct", value, "no", "yes", &ignored, err);
}

/* A key of [busypy]; 1 if it is none. */
static int set_main(struct conf *conf, const char *key, const char *value, struct err *err)
{
	if (str_eq(key, "tree"))
		return set_tree(conf, value, err);
	if (str_eq(key, "match"))
		return word_of(key, value, "tree", "marker", &conf->match_marker, err);
	if (str_eq(key, "isolation"))
		return word_of(key, value, "private", "shared", &conf->shared, err);
	if (str_eq(key, "direct"))
		return set_direct(conf, value, err);
	if (str_eq(key, "env"))
		return word_of(key, value, "no", "yes", &conf->env, err);
	if (str_eq(key, "user-site"))
		return word_of(key, value, "no", "yes", &conf->user_site, err);
	if (str_eq(key, "prune"))
		return set_prune(conf, value, err);
	if (str_eq(key, "interpreter"))
		return set_interpreter(conf, value, err);
	if (str_eq(key, "runtime-space"))
		return set_amount(key, value, "memory", &conf->runtime_space, err);
	if (str_eq(key, "start-space"))
		return set_amount(key, value, "space", &conf->start_space, err);
	return 1;
}

/* The same for a section that is named by a tree's path. */
static int set_of_tree(struct conf *conf, const char *tree, const char *key, const char *value,
		       struct err *err)
{
	size_t i = 0;

	if (!str_eq(key, "programs") && !str_eq(key, "start"))
		return 1;
	while (i < conf->n_of_trees && !str_eq(conf->of_trees[i].path, tree))
		i++;
	if (i == CONF_TREES_MAX)
		return err_say(err, E2BIG, "more than %d sections of trees", CONF_TREES_MAX);
	if (str_copy(conf->of_trees[i].path, CONF_VALUE_MAX, tree) < 0)
		return err_say(err, E2BIG, "the section's name is longer than %d bytes",
			       CONF_VALUE_MAX - 1);
	if (i == conf->n_of_trees)
		conf->n_of_trees++;
	return str_eq(key, "start") ? tree_conf_start(value, &conf->of_trees[i].start, err)
				    : tree_conf_programs(value, &conf->of_trees[i].programs, err);
}

/* The same for [stage]. */
static int set_stage(struct conf *conf, const char *key, const char *value, struct err *err)
{
	if (!str_eq(key, "mirror"))
		return 1;
	return str_copy(conf->mirror, sizeof(conf->mirror), value) < 0
		       ? err_say(err, E2BIG, "'mirror' is too long")
		       : 0;
}

static bool is_of_main(const char *key)
{
	static const char *const keys[] = { "tree",	  "match",	 "isolation",
					    "direct",	  "env",	 "user-site",
					    "prune",	  "interpreter", "runtime-space",
					    "start-space" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (str_eq(key, keys[i]))
			return true;
	}
	return false;
}

int conf_set(struct conf *conf, const char *section, const char *key, const char *value,
	     bool *ret_at_value, struct err *err)
{
	bool is_main = str_eq(section, "busypy");
	int r;

	*ret_at_value = false;
	if (!section[0])
		return err_say(err, EINVAL, "'%s' stands before any [section]", key);
	if (!is_main && section[0] != '/' && !str_eq(section, "stage"))
		return err_say(err, EINVAL, "unknown section '%s'", section);
	r = is_main		? set_main(conf, key, value, err)
	    : section[0] == '/' ? set_of_tree(conf, section, key, value, err)
				: set_stage(conf, key, value, err);
	if (r > 0 && is_of_main(key))
		return err_say(err, EINVAL,
			       "unknown key '%s' in section [%s] (Hint: it belongs to [busypy])",
			       key, section);
	if (r > 0)
		return err_say(err, EINVAL, "unknown key '%s' in section [%s]", key, section);
	*ret_at_value = true;
	return r;
}

bool conf_by_env(const struct conf *conf)
{
	bool python = false;

	for (size_t i = 0; i < conf->n_interpreters; i++)
		python = python || str_eq(conf->interpreters[i], ENV_PYTHON);
	return conf->env && python;
}

const char *conf_outdated(const struct conf *conf)
{
	return conf->direct_given
		       ? "'direct' means nothing any more (Hint: 'programs = host' is the way "
			 "without a view, see busypy.conf(5); take the line out)"
		       : NULL;
}

bool conf_prunes(const struct conf *conf, const char *mount_point)
{
	for (size_t i = 0; i < conf->n_prune; i++) {
		if (path_match(conf->prune[i], mount_point))
			return true;
	}
	return false;
}
