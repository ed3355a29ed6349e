/* SPDX-License-Identifier: MIT */
/* busypy versions: what an export holds, and who uses it. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/table.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/version.h"
#include "export/disk_usage.h"
#include "export/export.h"
#include "export/users.h"
#include "sys/tree.h"
#include "commands.h"
#include "lease_age.h"
#include "say.h"

static const char help[] =
	"Usage: busypy versions [OPTION...] EXPORT\n"
	"Lists the versions of EXPORT in the order in which they were published.\n"
	"\n"
	"  -l, --lease-age AGE   do not count clients whose lease is older (default: 24h)\n"
	"  -J, --json            print JSON\n"
	"  -n, --noheadings      print no headings\n"
	"  -o, --output COLUMNS  print these columns\n"
	"  -h, --help            print this\n";

static const struct table_column columns[] = {
	{ "ID", TABLE_TEXT },	      { "DATE", TABLE_TEXT },	 { "CURRENT", TABLE_BOOLEAN },
	{ "FILES", TABLE_NUMBER },    { "BYTES", TABLE_NUMBER }, { "SHARED", TABLE_NUMBER },
	{ "ENABLED", TABLE_BOOLEAN }, { "VIEWS", TABLE_NUMBER }, { "CLIENTS", TABLE_NUMBER },
	{ "ARCHS", TABLE_TEXT },
};

static void format(char dst[24], uint64_t n)
{
	(void)snprintf(dst, 24, "%" PRIu64, n);
}

static int add(struct table *table, const char *export, const struct version_record *version,
	       const struct export_users *users, struct err *err)
{
	char path[PATH_SIZE], date[VERSION_DATE_SIZE], archs[256];
	char files[24], size[24], shared[24], views[24], clients[24];
	const char *cells[] = {
		version->id, date,   users->current ? "yes" : "no", files,
		size,	     shared, users->enabled ? "yes" : "no", views,
		clients,     archs,
	};
	uint64_t n_bytes, n_shared;
	int r = export_version_path(export, version->id, path, err);

	if (r == 0)
		r = version_disk_usage(path, &n_bytes, &n_shared, err);
	if (r < 0)
		return r;
	version_date(version->published, date);
	tree_archs(path, archs, sizeof(archs));
	format(files, version->files);
	format(size, n_bytes);
	format(shared, n_shared);
	format(views, users->views);
	format(clients, users->clients);
	return table_add(table, cells) < 0 ? err_set(err, ENOMEM, "cannot list versions") : 0;
}

static int list(const char *path, const struct list_options *options, struct table *table,
		size_t *ret_strange, struct err *err)
{
	struct version_record *versions = NULL;
	struct export_users *users = NULL;
	char export[PATH_SIZE];
	size_t n = 0;
	int r = export_resolve(path, export, err);

	if (r == 0)
		r = export_list(export, &versions, &n, ret_strange, err);
	if (r < 0)
		return r;
	users = calloc(n + 1, sizeof(*users));
	r = users ? export_users_count(export, versions, n, options->lease_age, users, err)
		  : err_set(err, ENOMEM, "cannot list versions");
	for (size_t i = 0; r == 0 && i < n; i++)
		r = add(table, export, &versions[i], &users[i], err);
	free(users);
	free(versions);
	return r < 0 ? r : table_print(&table, 1, options->flags, options->columns, err);
}

int cmd_versions(int argc, char **argv)
{
	struct list_options options;
	struct err err = { 0 };
	struct table *table;
	size_t strange = 0;
	int r = list_options_parse(argc, argv, help, &options);

	if (r)
		return r;
	table = table_new("versions", columns, sizeof(columns) / sizeof(columns[0]));
	if (!table)
		return say_error(argv[0], "cannot make a table");
	r = list(argv[optind], &options, table, &strange, &err);
	table_free(table);
	if (r < 0)
		return say_err(argv[0], &err);
	if (strange)
		say_warning(argv[0], "%zu folder%s in versions without a record %s not listed",
			    strange, strange == 1 ? "" : "s", strange == 1 ? "is" : "are");
	return 0;
}
