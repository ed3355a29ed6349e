/* SPDX-License-Identifier: MIT */
/* busypy check: is a tree sound, for every arch? */
#include "check/check.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "check/finding.h"
#include "core/arch.h"
#include "core/arch_list.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "sys/tree.h"
#include "commands.h"
#include "options.h"
#include "say.h"

enum { EXIT_UNSOUND = 1 };

static const char help[] =
	"Usage: busypy check [OPTION...] [TREE]\n"
	"Proves that TREE (default: the current directory) can serve its archs, without running\n"
	"anything of another arch. The exit status is 0 if it is sound, 1 if not, 125 if that\n"
	"could not be told.\n"
	"\n"
	"  -a, --arch A[,B...]|all  only these archs (default: all that the tree has)\n"
	"  -n, --notes              print notes, too: what could not be proved, and good to know\n"
	"  -l, --libraries          print what each ELF file loads instead of findings\n"
	"  -J, --json               print all findings, or libraries, as JSON\n"
	"  -h, --help               print this\n";

struct options {
	const char *tree;
	struct arch_list archs;
	bool notes, libraries, json;
};

/* What is printed while it comes. */
struct printing {
	const struct options *options;
	struct table *table; /* for JSON */
};

static int take_archs(const struct option_given *given, void *ctx)
{
	struct err err = { 0 };

	return arch_list_add(ctx, given->text, &err) < 0 ? say_err(given->command, &err) : 0;
}

static int parse(int argc, char **argv, struct options *ret)
{
	const struct command_option options[] = {
		{ "arch", 'a', .take = take_archs, .ctx = &ret->archs },
		{ "notes", 'n', .flag = &ret->notes },
		{ "libraries", 'l', .flag = &ret->libraries },
		{ "json", 'J', .flag = &ret->json },
		{ 0 },
	};
	int r = options_parse(argc, argv, help, options);

	if (r)
		return r;
	ret->tree = optind < argc ? argv[optind] : ".";
	return options_words(argc, argv, 0, 1, "one TREE");
}

static void print_row(struct table *table, const struct finding *finding)
{
	const char *const cells[] = {
		finding->path, finding->arch, finding_severity_name(finding->severity),
		finding->what, finding->why,  finding->mend,
	};

	(void)table_add(table, cells);
}

static void print_text(const struct finding *finding)
{
	(void)printf("%s: ", finding_severity_name(finding->severity));
	say_text(stdout, finding->path);
	(void)printf("%s%s%s ", finding->arch ? " (" : "", finding->arch ? finding->arch : "",
		     finding->arch ? ")" : "");
	say_text(stdout, finding->what);
	(void)printf("\n  why:  %s\n  mend: ", finding->why);
	say_text(stdout, finding->mend);
	(void)putchar('\n');
}

static void print_finding(const struct finding *finding, void *ctx)
{
	struct printing *printing = ctx;

	if (printing->table)
		print_row(printing->table, finding);
	else if (finding->severity != FINDING_NOTE || printing->options->notes)
		print_text(finding);
}

static void print_library(const char *arch, const char *file, const char *name, const char *path,
			  void *ctx)
{
	const struct printing *printing = ctx;
	const char *const cells[] = { arch, file, name, path };

	(void)table_add(printing->table, cells);
}

static void print_number(uint64_t n, const char *word, const char *before)
{
	(void)printf("%s%" PRIu64 " %s%s", before, n, word, n == 1 ? "" : "s");
}

/* The last line. */
static void print_end(const char *tree, const struct check_counts *counts, bool notes)
{
	(void)printf("%s: %s", tree, counts->errors ? "unsound" : "sound");
	if (counts->errors)
		print_number(counts->errors, "error", ": ");
	if (counts->warnings)
		print_number(counts->warnings, "warning", counts->errors ? ", " : ": ");
	print_number(counts->archs, "arch", counts->errors || counts->warnings ? "; " : ": ");
	print_number(counts->files, "file", ", ");
	print_number(counts->elf_files, "ELF file", ", ");
	if (counts->notes && !notes)
		print_number(counts->notes, "note", "; --notes prints ");
	if (counts->beside)
		(void)fputs("; its scripts run beside the host's programs, on clients and in "
			    "sandboxes with the tree's alone",
			    stdout);
	(void)putchar('\n');
}

static struct table *make_table(const struct options *options)
{
	static const struct table_column findings[] = {
		{ "PATH", TABLE_TEXT }, { "ARCH", TABLE_TEXT }, { "SEVERITY", TABLE_TEXT },
		{ "WHAT", TABLE_TEXT }, { "WHY", TABLE_TEXT },	{ "MEND", TABLE_TEXT },
	};
	static const struct table_column libraries[] = {
		{ "ARCH", TABLE_TEXT },
		{ "FILE", TABLE_TEXT },
		{ "NAME", TABLE_TEXT },
		{ "PATH", TABLE_TEXT },
	};

	return options->libraries ? table_new("libraries", libraries, 4)
				  : table_new("findings", findings, 6);
}

static int run(const struct options *options, struct check_counts *ret, struct err *err)
{
	struct printing printing = { .options = options };
	struct check_request request = { .archs = options->archs.n ? options->archs.archs : NULL,
					 .ctx = &printing };
	bool tabular = options->json || options->libraries;
	char tree[PATH_SIZE];
	int r = tree_resolve(options->tree, tree, err);

	if (r < 0)
		return r;
	if (tabular && !(printing.table = make_table(options)))
		return err_set(err, ENOMEM, "cannot make a table");
	request.tree = tree;
	if (options->libraries) {
		request.library = print_library;
		request.skip = ~(unsigned)CHECK_SKIP_ELF;
	} else {
		request.found = print_finding;
	}
	r = check_run(&request, ret, err);
	if (r == 0 && tabular)
		r = table_print(&printing.table, 1, options->json ? TABLE_JSON : 0, NULL, err);
	else if (r == 0)
		print_end(tree, ret, options->notes);
	table_free(printing.table);
	return r;
}

int cmd_check(int argc, char **argv)
{
	struct options options = { 0 };
	struct check_counts counts;
	struct err err = { 0 };
	int r = parse(argc, argv, &options);

	if (r)
		return r;
	r = run(&options, &counts, &err);
	if (r < 0)
		return say_err(argv[0], &err);
	return counts.errors && !options.libraries ? EXIT_UNSOUND : 0;
}
