/* SPDX-License-Identifier: MIT */
/* Looks through the lines of a tree's lock. */
#include "base/left_out.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/exact.h"
#include "base/files.h"
#include "core/err.h"
#include "core/lock_line.h"
#include "core/path_size.h"
#include "core/tree_layout.h"

int left_out_each(const char *tree, int (*each)(const struct left_out *package, void *ctx),
		  void *ctx, struct err *err)
{
	FILES_FREE char *text = NULL;
	struct left_out package = { 0 };
	char path[PATH_SIZE];
	size_t n;
	int r = files_path(path, err, "%s/" TREE_LOCK, tree);

	if (r < 0)
		return r;
	if (!exact_exists(path))
		return 0;
	r = exact_read(path, &text, &n, err);
	if (r < 0)
		return r;
	for (char *line = text, *next; line && *line; line = next) {
		struct lock_line parsed;

		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		r = lock_line_parse(line, &parsed, err);
		if (r < 0)
			return err_wrap(err, r, "%s", path);
		if (r == 0)
			continue;
		if (parsed.word == LOCK_PACKAGE) {
			package.name = parsed.name;
			package.version = parsed.version;
		}
		if (parsed.word != LOCK_LACKS || !package.name)
			continue;
		package.target = parsed.targets;
		r = each(&package, ctx);
		if (r < 0)
			return r;
	}
	return 0;
}
