/* SPDX-License-Identifier: MIT */
/* The configuration's first tree. */
#include "run_tree.h"

#include <errno.h>

#include "base/conf_file.h"
#include "core/conf.h"
#include "core/err.h"

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
