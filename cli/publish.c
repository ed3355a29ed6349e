/* SPDX-License-Identifier: MIT */
/* busypy publish: a tree becomes the current version of an export. */
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/listener.h"
#include "core/err.h"
#include "export/publish.h"
#include "export/remote.h"
#include "export/writer.h"
#include "commands.h"
#include "say.h"

static const char help[] =
	"Usage: busypy publish [OPTION...] SRC EXPORT\n"
	"Makes SRC, a tree or a tar that 'busypy pack --format tar' wrote, the current version\n"
	"of EXPORT, a folder or HOST:PATH. Files that an earlier version has are shared with\n"
	"it.\n"
	"\n"
	"  -i, --id ID         name the version (default: date, time and part of a checksum)\n"
	"  -q, --quiet         print nothing but errors\n"
	"  -h, --help          print this\n";

struct options {
	const char *id;
	bool quiet;
};

static int parse(int argc, char **argv, struct options *ret)
{
	static const struct option longs[] = {
		{ "id", required_argument, NULL, 'i' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "i:qh", longs, NULL)) != -1) {
		switch (option) {
		case 'i':
			ret->id = optarg;
			break;
		case 'q':
			ret->quiet = true;
			break;
		case 'h':
			(void)fputs(help, stdout);
			exit(0);
		default:
			return say_usage(argv[0]);
		}
	}
	if (optind + 2 != argc)
		return say_error(argv[0], "needs SRC and EXPORT (Hint: see 'busypy publish "
					  "--help')");
	return 0;
}

static void show_amount(const struct listener_amount *amount, void *ctx)
{
	(void)ctx;
	say_progress("publishing: %" PRIu64 " files, %" PRIu64 " MiB, %" PRIu64 " of them new",
		     amount->files, amount->bytes >> 20, amount->new_files);
}

static const struct listener listener = { .amount = show_amount };

static void say_done(const struct publish_report *report, bool remote)
{
	(void)printf("%s: %" PRIu64 " files, %" PRIu64 " bytes", report->id, report->files,
		     report->bytes);
	if (!remote)
		(void)printf("; new: %" PRIu64 " files, %" PRIu64 " bytes", report->new_files,
			     report->new_bytes);
	(void)putchar('\n');
}

int cmd_publish(int argc, char **argv)
{
	struct publish_request request = { .listener = &listener };
	struct options options = { 0 };
	struct publish_report report;
	struct err err = { 0 };
	bool remote;
	int r = parse(argc, argv, &options);

	if (r)
		return r;
	request.source = argv[optind];
	request.export = argv[optind + 1];
	request.id = options.id;
	remote = remote_names_export(request.export);
	r = remote ? remote_publish(&request, &report, &err) : publish(&request, &report, &err);
	if (r < 0)
		return say_err(argv[0], &err);
	say_progress_end();
	if (!options.quiet)
		say_done(&report, remote);
	return 0;
}
