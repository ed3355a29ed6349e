/* SPDX-License-Identifier: MIT */
/* busypy list: what was added to a tree. */
#include <getopt.h>
#include <stddef.h>

#include "add/inventory.h"
#include "base/table.h"
#include "core/err.h"
#include "core/path_size.h"
#include "sys/tree.h"
#include "commands.h"
#include "inventory_rows.h"
#include "options.h"
#include "say.h"

static const char help[] =
	"Usage: busypy list [OPTION...] TREE\n"
	"Lists what was added to TREE: Debian's packages, wheels, own scripts and modules.\n"
	"\n"
	"  -J, --json            print JSON\n"
	"  -n, --noheadings      print no headings\n"
	"  -o, --output COLUMNS  print these columns\n"
	"  -h, --help            print this\n";

static int list(const char *given, unsigned flags, const char *columns, struct err *err)
{
	INVENTORY_CLEANUP struct inventory inventory = { 0 };
	char tree[PATH_SIZE];
	int r = tree_resolve(given, tree, err);

	if (r == 0)
		r = inventory_read(tree, &inventory, err);
	return r < 0 ? r : inventory_rows_print(&inventory, flags, columns, err);
}

int cmd_list(int argc, char **argv)
{
	unsigned flags = 0;
	const char *columns = NULL;
	const struct command_option options[] = {
		{ "json", 'J', .bits = &flags, .bit = TABLE_JSON },
		{ "noheadings", 'n', .bits = &flags, .bit = TABLE_NO_HEADINGS },
		{ "output", 'o', .text = &columns },
		{ 0 },
	};
	struct err err = { 0 };
	int r = options_parse(argc, argv, help, options);

	if (r == 0)
		r = options_words(argc, argv, 1, 1, "one TREE");
	if (r)
		return r;
	return list(argv[optind], flags, columns, &err) < 0 ? say_err(argv[0], &err) : 0;
}
