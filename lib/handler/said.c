/* SPDX-License-Identifier: MIT */
/* Joins the configuration's section of a tree and the tree's own tree.conf, key by key. */
#include "handler/said.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/conf_file.h"
#include "core/conf.h"
#include "core/export_layout.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_conf.h"

static bool is_of(const char *section, const char *tree, const char *current)
{
	char real[PATH_SIZE];

	return str_eq(section, tree) || str_eq(section, current) ||
	       (realpath(section, real) && str_eq(real, tree));
}

/* The first section of the tree, or NULL. */
static const struct conf_tree *section_of(const struct conf *conf, const char *tree)
{
	char current[PATH_SIZE];

	if (export_layout_current(tree, current, sizeof(current)) < 0)
		current[0] = '\0';
	for (size_t i = 0; i < conf->n_of_trees; i++) {
		if (is_of(conf->of_trees[i].path, tree, current))
			return &conf->of_trees[i];
	}
	return NULL;
}

int said_of_tree(const struct conf *conf, const char *tree, struct tree_conf *ret, struct err *err)
{
	const struct conf_tree *section = section_of(conf, tree);
	int r = 0;

	*ret = (struct tree_conf){ 0 };
	if (!section || !section->programs || !section->start)
		r = conf_file_read_tree(tree, ret, err);
	if (section && section->programs)
		ret->programs = section->programs;
	if (section && section->start)
		ret->start = section->start;
	if (!ret->programs)
		ret->programs = PROGRAMS_TREE;
	if (!ret->start)
		ret->start = START_PLAIN;
	return r;
}
