/* SPDX-License-Identifier: MIT */
/* busypy clients: who has a lease, and on which version. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/listener.h"
#include "base/table.h"
#include "core/err.h"
#include "core/lease.h"
#include "core/str.h"
#include "core/version.h"
#include "core/x86_level.h"
#include "export/dir.h"
#include "export/export.h"
#include "export/leases.h"
#include "export/processors.h"
#include "commands.h"
#include "listen.h"
#include "list_options.h"
#include "say.h"

static const char help[] =
	"Usage: busypy clients [OPTION...] EXPORT\n"
	"Lists the clients of EXPORT by what they last wrote to EXPORT/leases.\n"
	"\n"
	"  -l, --lease-age AGE   a client whose lease is older is not live (default: 24h)\n"
	"  -J, --json            print JSON\n"
	"  -n, --noheadings      print no headings\n"
	"  -o, --output COLUMNS  print these columns\n"
	"  -h, --help            print this\n";

static const struct table_column columns[] = {
	{ "HOST", TABLE_TEXT },	      { "ARCH", TABLE_TEXT },	  { "VERSION", TABLE_TEXT },
	{ "AGE", TABLE_NUMBER },      { "UPTIME", TABLE_NUMBER }, { "LIVE", TABLE_BOOLEAN },
	{ "CURRENT", TABLE_BOOLEAN }, { "BOOT", TABLE_TEXT },	  { "PROCESSOR", TABLE_TEXT },
};

struct listing {
	struct table *table;
	char current[VERSION_ID_SIZE];
	uint64_t lease_age;
	uint64_t refused;
	char first[256]; /* refused, and why */
	bool more;
};

static int add(const struct leases_entry *entry, struct err *err, void *ctx)
{
	struct listing *listing = ctx;
	const struct lease *lease = entry->lease;
	char age[TABLE_NUMBER_SIZE], uptime[TABLE_NUMBER_SIZE];

	if (!lease) {
		if (listing->refused++ == 0)
			(void)snprintf(listing->first, sizeof(listing->first), "%s: %.160s",
				       entry->name, entry->why);
		return 0;
	}
	const char *cells[] = {
		lease->host,
		lease->arch,
		lease->version,
		table_number(age, entry->age),
		table_number(uptime, lease->uptime),
		entry->age < listing->lease_age ? "yes" : "no",
		str_eq(lease->version, listing->current) ? "yes" : "no",
		lease->boot,
		x86_level_name(lease->x86_level),
	};
	return table_add(listing->table, cells) < 0 ? err_set(err, ENOMEM, "cannot list clients")
						    : 0;
}

static int list(const char *path, const struct list_options *options, struct listing *listing,
		struct err *err)
{
	TABLE_CLEANUP struct table *table =
		table_new("clients", columns, sizeof(columns) / sizeof(columns[0]));
	EXPORT_CLEANUP struct export_dir *dir = NULL;
	struct listener listener;
	int r;

	if (!table)
		return err_say(err, ENOMEM, "cannot make a table");
	listing->table = table;
	listing->lease_age = options->lease_age;
	r = export_open(path, EXPORT_LOOK, &dir, err);
	if (r < 0)
		return r;
	r = export_current(dir, listing->current, err);
	if (r < 0)
		return r;
	r = leases_read(dir, &(struct leases_visitor){ .each = add, .ctx = listing }, err);
	if (r < 0)
		return r;
	listing->more = r > 0;
	r = table_print(&table, 1, options->flags, options->columns, err);
	if (r < 0 || !listing->current[0])
		return r;
	listen_as("clients", &listener);
	return processors_warn(dir, listing->current, options->lease_age, &listener, err);
}

int cmd_clients(int argc, char **argv)
{
	struct list_options options;
	struct listing listing = { 0 };
	struct err err = { 0 };
	int r = list_options_parse(argc, argv, help, &options);

	if (r)
		return r;
	if (list(argv[optind], &options, &listing, &err) < 0)
		return say_err(argv[0], &err);
	if (listing.more)
		say_warning(argv[0], "more than %d files in leases, not all are listed",
			    LEASES_MAX);
	if (listing.refused)
		say_warning(argv[0],
			    "%" PRIu64 " of the files in leases %s no lease; the first: %s",
			    listing.refused, listing.refused == 1 ? "is" : "are", listing.first);
	return 0;
}
