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
#include "lacks_table.h"
#include "listen.h"
#include "options.h"
#include "requirement_options.h"
#include "say.h"

static const char *const me = "add";

enum { by_lock = ADD_LOCKED | ADD_RENEW };

static const char help[] =
	"Usage: busypy add [OPTION...] TREE FILE|DIR|REQUIREMENT|PACKAGE...\n"
	"Puts scripts, Python packages and native extensions into TREE, which has runtimes.\n"
	"\n"
	"  -r, --requirement FILE     what a requirements.txt, pyproject.toml, pylock.toml, "
	"uv.lock\n"
	"                             or a script's inline block asks for, as wheels\n"
	"  -f, --from debian[:SUITE]|index  the words are Debian's packages, or requirements\n"
	"  -a, --arch A[,B...]|all    for which of the tree's runtimes (default: this machine's)\n"
	"      --force                replace what is there and differs\n"
	"      --unchecked            add it although checks find errors in it\n"
	"  -n, --dry-run              show what would be put where, and change nothing\n"
	"  -J, --json                 show it as JSON\n"
	"      --constraint FILE      limits versions, as pip's -c (requirements)\n"
	"      --extra NAME           an extra of a pyproject.toml, pylock.toml or uv.lock\n"
	"      --group NAME           a dependency group of one\n"
	"      --index-url URL        which index answers, instead of https://pypi.org/simple/\n"
	"      --extra-index-url URL  another index beside it\n"
	"      --no-index             only what --find-links has\n"
	"      --find-links DIR|URL   a folder or a page of wheels\n"
	"      --pre                  pre-releases, too\n"
	"      --require-hashes       every requirement has to have a --hash\n"
	"      --locked               what TREE's lock says, also for archs that lack it yet\n"
	"      --upgrade              newer versions of what the lock has: of each NAME, or of "
	"all\n"
	"      --skip-missing         leave a package out for archs that it has no wheel for\n"
	"      --mirror URL           where apt looks for packages (debian)\n"
	"      --keyring FILE         the keys of an archive that is not Debian's (debian)\n"
	"      --allow-expired        take lists that are no longer valid (debian)\n"
	"      --refresh              ask for lists of packages that are an hour old or less, too\n"
	"      --cache DIR            where packages are kept (debian)\n"
	"  -c, --config FILE          configuration, for the mirror\n"
	"  -h, --help                 print this\n";

struct options {
	const char *from, *archs, *config, *mirror, *keyring;
	bool json;
	struct requirement_options wheels;
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
		{ "locked", .bits = &request->flags, .bit = ADD_LOCKED },
		{ "upgrade", .bits = &request->flags, .bit = ADD_RENEW },
		{ "unchecked", .bits = &request->flags, .bit = ADD_UNCHECKED },
		{ "dry-run", 'n', .bits = &request->flags, .bit = ADD_DRY_RUN },
		{ "json", 'J', .flag = &ret->json },
		{ "mirror", .text = &ret->mirror },
		{ "keyring", .text = &ret->keyring },
		{ "allow-expired", .flag = &request->expired },
		{ "refresh", .bits = &request->flags, .bit = ADD_REFRESH },
		{ "cache", .text = &request->cache },
		{ "config", 'c', .text = &ret->config },
		REQUIREMENT_OPTIONS(&ret->wheels),
		{ 0 },
	};
	int r = options_parse(argc, argv, help, options);

	if (r)
		return r;
	r = options_words(argc, argv, ret->wheels.files || (request->flags & by_lock) ? 1 : 2,
			  INT_MAX, "a TREE and what to add to it");
	if (r)
		return r;
	if ((request->flags & ADD_LOCKED) && argc - optind > 1)
		return say_error(me, "--locked adds what the lock says, and takes no other words");
	request->tree = argv[optind];
	request->words = (const char *const *)argv + optind + 1;
	request->n_words = (size_t)(argc - optind - 1);
	return 0;
}

/* The two that go by the lock alone. */
static int check_by_lock(const struct options *options, const struct add_request *request,
			 struct err *err)
{
	if (!(request->flags & by_lock))
		return 0;
	if ((request->flags & by_lock) == by_lock)
		return err_say(err, EINVAL, "--locked and --upgrade are two ways");
	if (options->from || options->wheels.files)
		return err_say(err, EINVAL, "%s goes by the tree's lock, and takes no --from or -r",
			       request->flags & ADD_LOCKED ? "--locked" : "--upgrade");
	return 0;
}

/* What the resolver is to be told. */
static int complete_wheels(struct options *options, struct add_request *request, struct err *err)
{
	int r = requirement_options_end(&options->wheels, err);

	if (r < 0)
		return r;
	if (request->debian && options->wheels.n)
		return err_say(err, EINVAL,
			       "%s is for requirements, and --from debian takes Debian's packages",
			       options->wheels.options[0]);
	request->options = (const char *const *)options->wheels.options;
	request->n_options = options->wheels.n;
	request->wants_files = options->wheels.files;
	return 0;
}

static int complete(struct options *options, struct add_request *request, struct err *err)
{
	int r = 0;

	if (options->from && str_eq(options->from, "index")) {
		request->flags |= ADD_INDEX;
	} else if (options->from) {
		if (!debian_options_from(options->from, &request->suite))
			return err_say(err, EINVAL,
				       "--from %s: no such source (Hint: there are debian, "
				       "debian:SUITE and index; files need no --from)",
				       options->from);
		request->debian = true;
	}
	r = check_by_lock(options, request, err);
	if (r < 0)
		return r;
	r = complete_wheels(options, request, err);
	if (r < 0)
		return r;
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

	if (r) {
		requirement_options_free(&options.wheels);
		return r;
	}
	listen_as(me, &listener);
	r = complete(&options, &request, &err);
	if (r == 0)
		r = add_run(&request, &items, &err);
	say_progress_end();
	if (!options.json && lacks_table_print(&items, NULL) < 0 && r == 0)
		r = err_set(&err, ENOMEM, "cannot list what archs lack");
	if (r == 0 && (request.flags & ADD_DRY_RUN))
		r = show(&items, options.json, &err);
	else if (r == 0 && renew_runtime(request.tree, &err) < 0)
		say_warning(me, "%s", err.text);
	add_items_free(&items);
	requirement_options_free(&options.wheels);
	return r < 0 ? say_err(me, &err) : 0;
}
