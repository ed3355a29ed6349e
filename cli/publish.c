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
#include "listen.h"
#include "options.h"
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
	const struct command_option options[] = {
		{ "id", 'i', .text = &ret->id },
		{ "quiet", 'q', .flag = &ret->quiet },
		{ 0 },
	};
	int r = options_parse(argc, argv, help, options);

	return r ? r : options_words(argc, argv, 2, 2, "SRC and EXPORT");
}

static void show_amount(const struct listener_amount *amount, void *ctx)
{
	(void)ctx;
	say_progress("publishing: %" PRIu64 " files, %" PRIu64 " MiB, %" PRIu64 " of them new",
		     amount->files, amount->bytes >> 20, amount->new_files);
}

static const struct listener listener = { .amount = show_amount,
					  .warning = listen_warning,
					  .ctx = (void *)"publish" };

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
