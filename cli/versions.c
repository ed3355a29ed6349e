/* SPDX-License-Identifier: MIT */
/* busypy versions: what an export holds, and who uses it. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/array.h"
#include "base/folder.h"
#include "base/table.h"
#include "core/err.h"
#include "core/version.h"
#include "export/dir.h"
#include "export/disk_usage.h"
#include "export/export.h"
#include "export/leases.h"
#include "export/users.h"
#include "sys/tree.h"
#include "commands.h"
#include "list_options.h"
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

static int add(struct table *table, const struct export_dir *dir,
	       const struct version_record *version, const struct export_users *users,
	       struct err *err)
{
	FOLDER_CLEANUP struct folder folder = FOLDER_NONE;
	char date[VERSION_DATE_SIZE], archs[256];
	char files[TABLE_NUMBER_SIZE], size[TABLE_NUMBER_SIZE], shared[TABLE_NUMBER_SIZE];
	char views[TABLE_NUMBER_SIZE], clients[TABLE_NUMBER_SIZE];
	uint64_t n_bytes, n_shared;
	int r = export_enter(dir, version->id, &folder, err);

	if (r < 0)
		return r;
	r = version_disk_usage(&folder, &n_bytes, &n_shared, err);
	if (r < 0)
		return r;
	version_date(version->published, date);
	tree_archs_in(folder.fd, archs, sizeof(archs));
	const char *cells[] = {
		version->id,
		date,
		users->current ? "yes" : "no",
		table_number(files, version->files),
		table_number(size, n_bytes),
		table_number(shared, n_shared),
		users->enabled ? "yes" : "no",
		table_number(views, users->views),
		table_number(clients, users->clients),
		archs,
	};
	return table_add(table, cells) < 0 ? err_set(err, ENOMEM, "cannot list versions") : 0;
}

static int add_all(const struct export_dir *dir, uint64_t lease_age, struct table *table,
		   size_t *ret_strange, struct err *err)
{
	ARRAY_FREE struct version_record *versions = NULL;
	ARRAY_FREE struct export_users *users = NULL;
	struct export_users_request request = { .dir = dir, .lease_age = lease_age };
	int r = export_list(dir, &versions, &request.n, ret_strange, err);

	if (r < 0)
		return r;
	users = calloc(request.n + 1, sizeof(*users));
	if (!users)
		return err_set(err, ENOMEM, "cannot list versions");
	request.versions = versions;
	request.now = request.latest = (int64_t)time(NULL);
	r = export_users_count(&request, users, err);
	if (r < 0)
		return r;
	if (r > 0)
		say_warning("versions", "more than %d files in leases, not all are counted",
			    LEASES_COUNT_MAX);
	for (size_t i = 0; i < request.n; i++) {
		r = add(table, dir, &versions[i], &users[i], err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int list(const char *path, const struct list_options *options, size_t *ret_strange,
		struct err *err)
{
	TABLE_CLEANUP struct table *table =
		table_new("versions", columns, sizeof(columns) / sizeof(columns[0]));
	EXPORT_CLEANUP struct export_dir *dir = NULL;
	int r;

	if (!table)
		return err_say(err, ENOMEM, "cannot make a table");
	r = export_open(path, EXPORT_LOOK, &dir, err);
	if (r < 0)
		return r;
	r = add_all(dir, options->lease_age, table, ret_strange, err);
	if (r < 0)
		return r;
	return table_print(&table, 1, options->flags, options->columns, err);
}

int cmd_versions(int argc, char **argv)
{
	struct list_options options;
	struct err err = { 0 };
	size_t strange = 0;
	int r = list_options_parse(argc, argv, help, &options);

	if (r)
		return r;
	if (list(argv[optind], &options, &strange, &err) < 0)
		return say_err(argv[0], &err);
	if (strange)
		say_warning(argv[0], "%zu folder%s in versions without a record %s not listed",
			    strange, strange == 1 ? "" : "s", strange == 1 ? "is" : "are");
	return 0;
}
