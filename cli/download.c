/* SPDX-License-Identifier: MIT */
/* busypy download: fills a folder with wheels for machines without a network. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>

#include "add/add.h"
#include "add/download.h"
#include "base/listener.h"
#include "core/arch.h"
#include "core/arch_list.h"
#include "core/err.h"
#include "commands.h"
#include "lacks_table.h"
#include "listen.h"
#include "options.h"
#include "requirement_options.h"
#include "say.h"

static const char *const me = "download";

static const char help[] =
	"Usage: busypy download [OPTION...] TREE DIR [REQUIREMENT...]\n"
	"Puts the wheels that 'busypy add' would put into TREE into the folder DIR instead; "
	"there,\n"
	"'busypy add --no-index --find-links DIR' needs no network. TREE is only read.\n"
	"\n"
	"  -r, --requirement FILE     as for 'busypy add'\n"
	"  -a, --arch A[,B...]|all    for which of the tree's runtimes (default: all)\n"
	"      --constraint FILE      limits versions, as pip's -c\n"
	"      --extra NAME           an extra of a pyproject.toml, pylock.toml or uv.lock\n"
	"      --group NAME           a dependency group of one\n"
	"      --index-url URL        which index answers, instead of https://pypi.org/simple/\n"
	"      --extra-index-url URL  another index beside it\n"
	"      --no-index             only what --find-links has\n"
	"      --find-links DIR|URL   a folder or a page of wheels\n"
	"      --pre                  pre-releases, too\n"
	"      --require-hashes       every requirement has to have a --hash\n"
	"      --locked               what TREE's lock says\n"
	"      --skip-missing         leave a package out for archs that it has no wheel for\n"
	"  -h, --help                 print this\n";

struct options {
	const char *archs, *to;
	struct requirement_options wheels;
};

static int parse(int argc, char **argv, struct options *ret, struct add_request *request)
{
	const struct command_option options[] = {
		{ "arch", 'a', .text = &ret->archs },
		{ "locked", .bits = &request->flags, .bit = ADD_LOCKED },
		REQUIREMENT_OPTIONS(&ret->wheels),
		{ 0 },
	};
	int least, r = options_parse(argc, argv, help, options);

	if (r)
		return r;
	least = ret->wheels.files || (request->flags & ADD_LOCKED) ? 2 : 3;
	r = options_words(argc, argv, least, request->flags & ADD_LOCKED ? 2 : INT_MAX,
			  "a TREE, a DIR and requirements");
	if (r)
		return r;
	request->tree = argv[optind];
	ret->to = argv[optind + 1];
	request->words = (const char *const *)argv + optind + 2;
	request->n_words = (size_t)(argc - optind - 2);
	return 0;
}

static int complete(struct options *options, struct add_request *request, struct err *err)
{
	struct arch_list list = { 0 };
	int r = requirement_options_end(&options->wheels, err);

	if (r == 0 && options->archs)
		r = arch_list_add(&list, options->archs, err);
	if (r < 0)
		return r;
	request->flags |= ADD_INDEX | (list.all ? ADD_ALL : 0);
	for (; request->n_archs < list.n; request->n_archs++)
		request->archs[request->n_archs] = list.archs[request->n_archs];
	request->options = (const char *const *)options->wheels.options;
	request->n_options = options->wheels.n;
	request->wants_files = options->wheels.files;
	return 0;
}

static int download(struct options *options, struct add_request *request, struct err *err)
{
	struct add_items items = { 0 };
	size_t n = 0;
	int r = complete(options, request, err);

	if (r == 0)
		r = add_download(request, options->to, &items, &n, err);
	say_progress_end();
	if (lacks_table_print(&items, r < 0 ? NULL : err) < 0 && r == 0)
		r = -ENOMEM;
	if (r == 0)
		(void)printf("%zu new wheel%s in %s\n", n, n == 1 ? "" : "s", options->to);
	add_items_free(&items);
	return r;
}

int cmd_download(int argc, char **argv)
{
	struct options options = { 0 };
	struct listener listener;
	struct add_request request = { .listener = &listener };
	struct err err = { 0 };
	int r = parse(argc, argv, &options, &request);

	if (r == 0) {
		listen_as(me, &listener);
		r = download(&options, &request, &err) < 0 ? say_err(me, &err) : 0;
	}
	requirement_options_free(&options.wheels);
	return r;
}
