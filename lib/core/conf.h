/* SPDX-License-Identifier: MIT */
/* The configuration, busypy.conf(5), as data: which keys there are and what they may say.
 * Not for reading files: lib/base/conf_file does that, with inih. */
#ifndef BUSYPY_CORE_CONF_H
#define BUSYPY_CORE_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

enum { CONF_TREES_MAX = 8, CONF_PRUNE_MAX = 64, CONF_INTERPRETERS_MAX = 8, CONF_VALUE_MAX = 512 };

/* What is said of one tree: a section whose name is the tree's path. */
struct conf_tree {
	char path[CONF_VALUE_MAX];
	int programs; /* enum programs */
	int start;    /* enum start */
};

struct conf {
	char trees[CONF_TREES_MAX][CONF_VALUE_MAX];
	size_t n_trees;
	char prune[CONF_PRUNE_MAX][CONF_VALUE_MAX]; /* patterns, path_match() */
	size_t n_prune;
	char interpreters[CONF_INTERPRETERS_MAX][CONF_VALUE_MAX]; /* shebangs that are ours */
	size_t n_interpreters;
	struct conf_tree of_trees[CONF_TREES_MAX];
	size_t n_of_trees;
	uint64_t runtime_space;		      /* bytes for runtimes beside the host */
	uint64_t start_space;		      /* bytes for images of Python */
	char mirror[CONF_VALUE_MAX];	      /* Debian mirror that `busypy stage` asks */
	bool match_marker;		      /* match = marker */
	bool shared;			      /* isolation = shared */
	bool direct_given;		      /* the key `direct`, which means nothing any more */
	bool user_site;			      /* user-site = yes */
	bool env;			      /* env = yes */
	bool prune_given, interpreters_given; /* the file's own list replaces the default */
};

/* The documented defaults. */
void conf_init(struct conf *conf);

/* Takes one "key = value" of a section ("" before the first). Returns 0; -EINVAL with a sentence
 * (no file or line in it) for an unknown section or key or a value that the key cannot have;
 * -E2BIG for too many or too long values. *ret_at_value tells which of key and value is at fault.
 */
int conf_set(struct conf *conf, const char *section, const char *key, const char *value,
	     bool *ret_at_value, struct err *err);

/* True if the lines of first_line_by_env() are ours: env = yes, and Python's own line is. */
bool conf_by_env(const struct conf *conf);

/* What the configuration says and no longer means anything, as a sentence; NULL if nothing does. */
const char *conf_outdated(const struct conf *conf);

/* True if one of the prune patterns matches a mount point. */
bool conf_prunes(const struct conf *conf, const char *mount_point);

#endif
