/* SPDX-License-Identifier: MIT */
/* busypy clients: who has a lease, and on which version. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "commands.h"
#include "err.h"
#include "export_dir.h"
#include "lease.h"
#include "lease_age.h"
#include "leases.h"
#include "say.h"
#include "str.h"
#include "table.h"
#include "version.h"

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
	{ "CURRENT", TABLE_BOOLEAN }, { "BOOT", TABLE_TEXT },
};

struct options {
	uint64_t lease_age;
	unsigned flags;
	const char *columns;
};

struct listing {
	struct table *table;
	char current[VERSION_ID_SIZE];
	uint64_t lease_age;
	uint64_t refused;
	char first[256]; /* refused, and why */
};

static int parse(int argc, char **argv, struct options *ret)
{
	static const struct option longs[] = {
		{ "lease-age", required_argument, NULL, 'l' },
		{ "json", no_argument, NULL, 'J' },
		{ "noheadings", no_argument, NULL, 'n' },
		{ "output", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option, r = 0;

	while (r == 0 && (option = getopt_long(argc, argv, "l:Jno:h", longs, NULL)) != -1) {
		switch (option) {
		case 'l':
			r = lease_age_parse(argv[0], optarg, &ret->lease_age);
			break;
		case 'J':
			ret->flags |= TABLE_JSON;
			break;
		case 'n':
			ret->flags |= TABLE_NO_HEADINGS;
			break;
		case 'o':
			ret->columns = optarg;
			break;
		case 'h':
			(void)fputs(help, stdout);
			exit(0);
		default:
			return say_usage(argv[0]);
		}
	}
	if (r == 0 && optind + 1 != argc)
		r = say_error(argv[0], "needs one EXPORT (Hint: see 'busypy clients --help')");
	return r;
}

static int add(const struct leases_entry *entry, void *context, struct err *err)
{
	struct listing *listing = context;
	const struct lease *lease = entry->lease;
	char age[24], uptime[24];

	if (!lease) {
		if (listing->refused++ == 0)
			(void)snprintf(listing->first, sizeof(listing->first), "%s: %.160s",
				       entry->name, entry->why);
		return 0;
	}
	(void)snprintf(age, sizeof(age), "%" PRIu64, entry->age);
	(void)snprintf(uptime, sizeof(uptime), "%" PRIu64, lease->uptime);
	const char *cells[] = {
		lease->host,
		lease->arch,
		lease->version,
		age,
		uptime,
		entry->age < listing->lease_age ? "yes" : "no",
		str_eq(lease->version, listing->current) ? "yes" : "no",
		lease->boot,
	};
	return table_add(listing->table, cells) < 0 ? err_set(err, ENOMEM, "cannot list clients")
						    : 0;
}

static int list(const char *path, const struct options *options, struct listing *listing,
		struct err *err)
{
	char export[EXPORT_PATH_MAX];
	int r = export_resolve(path, export, err);

	if (r == 0)
		r = export_current(export, listing->current, err);
	if (r >= 0)
		r = leases_read(export, add, listing, err);
	return r < 0 ? r : table_print(&listing->table, 1, options->flags, options->columns, err);
}

int cmd_clients(int argc, char **argv)
{
	struct options options = { .lease_age = LEASE_AGE_DEFAULT };
	struct listing listing = { 0 };
	struct err err = { 0 };
	int r = parse(argc, argv, &options);

	if (r)
		return r;
	listing.lease_age = options.lease_age;
	listing.table = table_new("clients", columns, sizeof(columns) / sizeof(columns[0]));
	if (!listing.table)
		return say_error(argv[0], "cannot make a table");
	r = list(argv[optind], &options, &listing, &err);
	table_free(listing.table);
	if (r < 0)
		return say_err(argv[0], &err);
	if (listing.refused)
		say_warning(argv[0],
			    "%" PRIu64 " of the files in leases %s no lease; the first: %s",
			    listing.refused, listing.refused == 1 ? "is" : "are", listing.first);
	return 0;
}
