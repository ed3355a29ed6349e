/* SPDX-License-Identifier: MIT */
/* busypy add: puts scripts, Python packages and native extensions into a tree. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "add/add.h"
#include "base/listener.h"
#include "base/table.h"
#include "core/arch.h"
#include "core/arch_list.h"
#include "core/err.h"
#include "core/str.h"
#include "handler/renew.h"
#include "sys/tree.h"
#include "commands.h"
#include "debian_options.h"
#include "listen.h"
#include "options.h"
#include "say.h"

static const char *const me = "add";

static const char help[] =
	"Usage: busypy add [OPTION...] TREE FILE|DIR|PACKAGE...\n"
	"Puts scripts, Python packages and native extensions into TREE, which has runtimes.\n"
	"\n"
	"  -f, --from debian[:SUITE]  the words are Debian's packages\n"
	"  -a, --arch A[,B...]|all    for which of the tree's runtimes (default: this machine's)\n"
	"      --force                replace what is there and differs\n"
	"      --unchecked            add it although checks find errors in it\n"
	"  -n, --dry-run              show what would be put where, and change nothing\n"
	"  -J, --json                 show it as JSON\n"
	"      --mirror URL           where apt looks for packages (debian)\n"
	"      --keyring FILE         the keys of an archive that is not Debian's (debian)\n"
	"      --allow-expired        take lists that are no longer valid (debian)\n"
	"      --cache DIR            where packages are kept (debian)\n"
	"  -c, --config FILE          configuration, for the mirror\n"
	"  -h, --help                 print this\n";

struct options {
	const char *from, *archs, *config, *mirror, *keyring;
	bool json;
};

static int parse_archs(struct add_request *request, const char *words, struct err *err)
{
	struct arch_list list = { 0 };
	int r = arch_list_add(&list, words, err);

	if (r < 0)
		return r;
	if (list.all)
		request->flags |= ADD_ALL;
	for (; request->n_archs < list.n; request->n_archs++)
		request->archs[request->n_archs] = list.archs[request->n_archs];
	return 0;
}

static int parse(int argc, char **argv, struct options *ret, struct add_request *request)
{
	const struct command_option options[] = {
		{ "from", 'f', .text = &ret->from },
		{ "arch", 'a', .text = &ret->archs },
		{ "force", .bits = &request->flags, .bit = ADD_FORCE },
		{ "unchecked", .bits = &request->flags, .bit = ADD_UNCHECKED },
		{ "dry-run", 'n', .bits = &request->flags, .bit = ADD_DRY_RUN },
		{ "json", 'J', .flag = &ret->json },
		{ "mirror", .text = &ret->mirror },
		{ "keyring", .text = &ret->keyring },
		{ "allow-expired", .flag = &request->expired },
		{ "cache", .text = &request->cache },
		{ "config", 'c', .text = &ret->config },
		{ 0 },
	};
	int r = options_parse(argc, argv, help, options);

	if (r)
		return r;
	r = options_words(argc, argv, 2, INT_MAX, "a TREE and what to add to it");
	if (r)
		return r;
	request->tree = argv[optind];
	request->words = (const char *const *)argv + optind + 1;
	request->n_words = (size_t)(argc - optind - 1);
	return 0;
}

static int complete(const struct options *options, struct add_request *request, struct err *err)
{
	int r = 0;

	if (options->from) {
		if (!debian_options_from(options->from, &request->suite))
			return err_say(err, EINVAL,
				       "--from %s: no such source (Hint: there are debian and "
				       "debian:SUITE; files need no --from)",
				       options->from);
		request->debian = true;
	}
	if (!request->debian &&
	    (options->mirror || options->keyring || request->expired || request->cache))
		return err_say(err, EINVAL,
			       "--mirror, --keyring, --allow-expired and --cache need --from "
			       "debian");
	if (options->json && !(request->flags & ADD_DRY_RUN))
		return err_say(err, EINVAL, "--json needs --dry-run");
	if (options->archs)
		r = parse_archs(request, options->archs, err);
	if (r < 0)
		return r;
	if (!request->debian)
		return 0;
	r = debian_options_keyring(options->keyring, &request->keyring, err);
	if (r < 0)
		return r;
	return debian_options_mirror(options->mirror, options->config, &request->mirror, err);
}

static const struct table_column columns[] = {
	{ "STATE", TABLE_TEXT },   { "ARCH", TABLE_TEXT },   { "PATH", TABLE_TEXT },
	{ "FILES", TABLE_NUMBER }, { "SIZE", TABLE_NUMBER }, { "FROM", TABLE_TEXT },
};

static int add_row(struct table *table, const struct add_item *item)
{
	char files[24], size[24];

	(void)snprintf(files, sizeof(files), "%zu", item->n_files);
	(void)snprintf(size, sizeof(size), "%" PRIu64, item->size);
	return table_add(table, (const char *const[]){ add_state_word(item->state),
						       item->arch ? item->arch->name : "all",
						       item->to, files, size, item->from });
}

static int show(const struct add_items *items, bool json, struct err *err)
{
	struct table *table = table_new("items", columns, sizeof(columns) / sizeof(columns[0]));
	int r = table ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < items->n; i++)
		r = add_row(table, &items->items[i]);
	if (r < 0)
		r = err_set(err, ENOMEM, "cannot list what would be added");
	else
		r = table_print(&table, 1, json ? TABLE_JSON : 0, NULL, err);
	table_free(table);
	return r;
}

int cmd_add(int argc, char **argv)
{
	struct options options = { 0 };
	struct listener listener;
	struct add_request request = { .listener = &listener };
	struct add_items items = { 0 };
	struct err err = { 0 };
	int r = parse(argc, argv, &options, &request);

	if (r)
		return r;
	listen_as(me, &listener);
	r = complete(&options, &request, &err);
	if (r == 0)
		r = add_run(&request, &items, &err);
	say_progress_end();
	if (r == 0 && (request.flags & ADD_DRY_RUN))
		r = show(&items, options.json, &err);
	else if (r == 0 && renew_runtime(request.tree, &err) < 0)
		say_warning(me, "%s", err.text);
	add_items_free(&items);
	return r < 0 ? say_err(me, &err) : 0;
}
