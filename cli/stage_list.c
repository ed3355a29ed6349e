/* SPDX-License-Identifier: MIT */
/* Reads etc/busypy/<arch>/manifest of each arch into a table. */
#include "stage_list.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/files.h"
#include "base/table.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/manifest_line.h"
#include "core/path_size.h"
#include "core/tree_layout.h"

static const struct table_column columns[] = {
	{ "ARCH", TABLE_TEXT }, { "SHA256", TABLE_TEXT }, { "SIZE", TABLE_NUMBER },
	{ "PATH", TABLE_TEXT }, { "ORIGIN", TABLE_TEXT }, { "STATE", TABLE_TEXT },
};

struct table *stage_list_table(void)
{
	return table_new("files", columns, sizeof(columns) / sizeof(columns[0]));
}

static int add_lines(const char *file, const char *arch, char *text, struct table *table,
		     struct err *err)
{
	size_t number = 0;

	for (char *line = text; *line;) {
		size_t n = strcspn(line, "\n");
		bool ended = line[n] == '\n';
		struct manifest_line parsed;

		number++;
		line[n] = '\0';
		if (!ended || manifest_line_parse(line, &parsed) < 0)
			return err_say(err, EINVAL, "%s:%zu: not a line of a manifest", file,
				       number);
		if (table_add(table,
			      (const char *const[]){ arch, parsed.sum, parsed.size, parsed.path,
						     parsed.origin, parsed.state }) < 0)
			return err_set(err, ENOMEM, "cannot list %s", file);
		line += n + 1;
	}
	return 0;
}

int stage_list_fill(const char *tree, struct table *table, struct err *err)
{
	size_t n, size, found = 0;
	const struct arch *archs = arch_table(&n);
	int r = 0;

	for (size_t i = 0; i < n; i++) {
		FILES_FREE char *text = NULL;
		char path[PATH_SIZE];

		r = files_path(path, err, "%s/" TREE_INFO_OF "/manifest", tree, archs[i].name);
		if (r < 0)
			return r;
		if (!files_exist(path))
			continue;
		found++;
		r = files_read(path, &text, &size, err);
		if (r < 0)
			return r;
		r = add_lines(path, archs[i].name, text, table, err);
		if (r < 0)
			return r;
	}
	if (!found)
		return err_say(err, ENOENT, "%s: no runtime has been staged there", tree);
	return r;
}
