/* SPDX-License-Identifier: MIT */
/* busypy gc: removes old versions that nobody uses. */
#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/err.h"
#include "core/lease.h"
#include "core/str.h"
#include "export/dir.h"
#include "export/gc.h"
#include "export/leases.h"
#include "commands.h"
#include "lease_age.h"
#include "options.h"
#include "say.h"

enum { KEEP_DEFAULT = 3 };

static const char help[] =
	"Usage: busypy gc [OPTION...] EXPORT\n"
	"Removes the versions of EXPORT but the newest three and those in use: the current one,\n"
	"what is enabled or runs on this machine, and what a client has a lease of.\n"
	"\n"
	"  -k, --keep N          keep the newest N (default: 3)\n"
	"  -l, --lease-age AGE   ignore leases that are older (default: 24h)\n"
	"  -q, --quiet           print nothing but errors\n"
	"  -h, --help            print this\n";

struct options {
	uint64_t keep, lease_age;
	bool quiet;
};

static int take_keep(const struct option_given *given, void *ctx)
{
	uint64_t *keep = ctx;

	if (str_to_u64(given->text, 10, keep) < 0 || *keep > UINT32_MAX)
		return say_error(given->command, "--keep must be a number, not '%s'", given->text);
	return 0;
}

static int parse(int argc, char **argv, struct options *ret)
{
	const struct command_option options[] = {
		{ "keep", 'k', .take = take_keep, .ctx = &ret->keep },
		{ "lease-age", 'l', .take = lease_age_take, .ctx = &ret->lease_age },
		{ "quiet", 'q', .flag = &ret->quiet },
		{ 0 },
	};
	int r = options_parse(argc, argv, help, options);

	return r ? r : options_words(argc, argv, 1, 1, "one EXPORT");
}

static void say_removed(const char *id, void *ctx)
{
	const struct options *options = ctx;

	if (options->quiet)
		return;
	(void)printf("%s removed\n", id);
	(void)fflush(stdout);
}

int cmd_gc(int argc, char **argv)
{
	struct options options = { .keep = KEEP_DEFAULT, .lease_age = LEASE_AGE_DEFAULT };
	EXPORT_CLEANUP struct export_dir *dir = NULL;
	struct gc_request request = { .removed = say_removed, .ctx = &options };
	struct err err = { 0 };
	int r = parse(argc, argv, &options);

	if (r)
		return r;
	request.keep = options.keep;
	request.lease_age = options.lease_age;
	r = export_open(argv[optind], EXPORT_WORK, &dir, &err);
	request.dir = dir;
	if (r == 0)
		r = gc(&request, &err);
	if (r < 0)
		return say_err(argv[0], &err);
	if (r > 0)
		say_warning(argv[0],
			    "more than %d files in leases: any version may be leased, none is "
			    "removed (Hint: remove what is no client's)",
			    LEASES_COUNT_MAX);
	return 0;
}
