/* SPDX-License-Identifier: MIT */
/* busypy rollback: an earlier version becomes current again. */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/err.h"
#include "core/version.h"
#include "export/dir.h"
#include "export/rollback.h"
#include "commands.h"
#include "options.h"
#include "say.h"

static const char help[] =
	"Usage: busypy rollback [OPTION...] EXPORT [ID]\n"
	"Makes version ID current; without ID the one that was published before the current one.\n"
	"\n"
	"  -q, --quiet         print nothing but errors\n"
	"  -h, --help          print this\n";

static int parse(int argc, char **argv, bool *ret_quiet)
{
	const struct command_option options[] = {
		{ "quiet", 'q', .flag = ret_quiet },
		{ 0 },
	};
	int r = options_parse(argc, argv, help, options);

	return r ? r : options_words(argc, argv, 1, 2, "EXPORT and perhaps one ID");
}

int cmd_rollback(int argc, char **argv)
{
	EXPORT_CLEANUP struct export_dir *dir = NULL;
	char id[VERSION_ID_SIZE];
	struct err err = { 0 };
	bool quiet = false;
	int r = parse(argc, argv, &quiet);

	if (r)
		return r;
	if (export_open(argv[optind], EXPORT_WORK, &dir, &err) < 0 ||
	    rollback(dir, argv[optind + 1], id, &err) < 0)
		return say_err(argv[0], &err);
	if (!quiet)
		(void)printf("%s is current\n", id);
	return 0;
}
