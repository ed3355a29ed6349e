/* SPDX-License-Identifier: MIT */
/* busypy remove: takes out of a tree what was added to it. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "add/inventory.h"
#include "add/remove.h"
#include "base/listener.h"
#include "base/table.h"
#include "core/err.h"
#include "handler/renew.h"
#include "commands.h"
#include "inventory_rows.h"
#include "listen.h"
#include "options.h"
#include "say.h"

static const char *const me = "remove";

static const char help[] = "Usage: busypy remove [OPTION...] TREE NAME...\n"
			   "Takes out of TREE what 'busypy add' put there under each NAME ('busypy "
			   "list' shows them):\n"
			   "packages of Debian, wheels, own scripts and modules.\n"
			   "\n"
			   "  -p, --prune    also what came with it, and nothing needs any more\n"
			   "      --force    although others need it, or its files were edited\n"
			   "  -n, --dry-run  show what would be removed, and change nothing\n"
			   "  -J, --json     show it as JSON\n"
			   "  -h, --help     print this\n";

static int parse(int argc, char **argv, bool *ret_json, struct remove_request *request)
{
	const struct command_option options[] = {
		{ "prune", 'p', .bits = &request->flags, .bit = REMOVE_PRUNE },
		{ "force", .bits = &request->flags, .bit = REMOVE_FORCE },
		{ "dry-run", 'n', .bits = &request->flags, .bit = REMOVE_DRY_RUN },
		{ "json", 'J', .flag = ret_json },
		{ 0 },
	};
	int r = options_parse(argc, argv, help, options);

	if (r == 0)
		r = options_words(argc, argv, 2, INT_MAX, "a TREE and what to remove from it");
	if (r)
		return r;
	request->tree = argv[optind];
	request->names = (const char *const *)argv + optind + 1;
	request->n_names = (size_t)(argc - optind - 1);
	return 0;
}

static int remove_named(const struct remove_request *request, bool json, struct err *err)
{
	INVENTORY_CLEANUP struct inventory gone = { 0 };
	int r;

	if (json && !(request->flags & REMOVE_DRY_RUN))
		return err_say(err, EINVAL, "--json needs --dry-run");
	r = remove_run(request, &gone, err);
	say_progress_end();
	if (r < 0)
		return r;
	if (request->flags & REMOVE_DRY_RUN)
		return inventory_rows_print(&gone, json ? TABLE_JSON : 0, NULL, err);
	if (renew_runtime(request->tree, err) < 0)
		say_warning(me, "%s", err->text);
	return 0;
}

int cmd_remove(int argc, char **argv)
{
	struct listener listener;
	struct remove_request request = { .listener = &listener };
	struct err err = { 0 };
	bool json = false;
	int r = parse(argc, argv, &json, &request);

	if (r)
		return r;
	listen_as(me, &listener);
	return remove_named(&request, json, &err) < 0 ? say_err(me, &err) : 0;
}
