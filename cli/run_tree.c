/* SPDX-License-Identifier: MIT */
/* What `busypy run` asks files for: the configuration's first tree, and what a tree says. */
#include "run_tree.h"

#include <errno.h>

#include "base/conf_file.h"
#include "core/conf.h"
#include "core/err.h"
#include "core/tree_conf.h"

void run_elsewhere(void)
{
}

int run_find_tree(const char *config, const char **ret, struct err *err)
{
	static struct conf conf;
	int r = conf_file_read(config, &conf, err);

	if (r < 0)
		return r;
	if (conf.n_trees == 0)
		return err_say(err, EINVAL,
			       "no tree: none was named, and the configuration has no 'tree' line "
			       "(Hint: busypy run --tree TREE -- COMMAND)");
	*ret = conf.trees[0];
	return 0;
}

int run_tree_start(const char *tree, int *ret, struct err *err)
{
	struct tree_conf said;
	int r = conf_file_read_tree(tree, &said, err);

	*ret = r < 0 ? START_PLAIN : said.start;
	return r;
}
