/* SPDX-License-Identifier: MIT */
/* What a tree says of itself, TREE/etc/busypy/tree.conf, as data. Not for reading files:
 * lib/base/conf_file does that. */
#ifndef BUSYPY_CORE_TREE_CONF_H
#define BUSYPY_CORE_TREE_CONF_H

#include <stdbool.h>

struct err;

/* Whose programs a tree's scripts find on a full distribution. */
enum programs {
	PROGRAMS_UNSAID,
	PROGRAMS_TREE, /* the tree's, in a view of their own */
	PROGRAMS_HOST  /* the host's, beside which they run */
};

/* How the Python of a tree's scripts starts: busypy-start(7). */
enum start {
	START_UNSAID,
	START_PLAIN, /* as ever */
	START_AUTO,  /* from an image, where one was proven */
	START_IMAGE  /* the same, and no tree is enabled without */
};

struct tree_conf {
	int programs; /* enum programs */
	int start;    /* enum start */
};

/* The value of a key `programs`: -EINVAL with a sentence for any other word. */
int tree_conf_programs(const char *value, int *ret, struct err *err);

/* "tree", "host"; "" for none. */
const char *tree_conf_programs_name(int programs);

/* The same of a key `start`. */
int tree_conf_start(const char *value, int *ret, struct err *err);

/* "plain", "auto", "image"; "" for none. */
const char *tree_conf_start_name(int start);

/* Takes one "key = value"; as conf_set(), but that there are no sections. */
int tree_conf_set(struct tree_conf *conf, const char *section, const char *key, const char *value,
		  bool *ret_at_value, struct err *err);

#endif
