/* SPDX-License-Identifier: MIT */
/* The checks that are worth their time at every publishing. */
#include "publish_check.h"

#include <errno.h>
#include <stddef.h>

#include "arch.h"
#include "err.h"
#include "tree.h"
#include "version_manifest.h"

int publish_check(const char *version, struct err *err)
{
	size_t n, runtimes = 0;
	const struct arch *table = arch_table(&n);
	int r = version_manifest_verify(version, err);

	for (size_t i = 0; r == 0 && i < n; i++) {
		if (!tree_has_runtime(version, &table[i]))
			continue;
		runtimes++;
		r = tree_check_runtime(version, &table[i], err);
	}
	if (r == 0 && !runtimes)
		r = err_hint(err, err_say(err, ENOENT, "the tree has no runtime"),
			     "'busypy stage TREE' makes one");
	return r;
}
