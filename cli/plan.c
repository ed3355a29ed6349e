/* SPDX-License-Identifier: MIT */
/* busypy plan: prints the ops that would make a view. Touches nothing. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/conf_file.h"
#include "check/closure.h"
#include "core/arch.h"
#include "core/arch_list.h"
#include "core/conf.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/plan.h"
#include "core/view.h"
#include "handler/mounts.h"
#include "sys/probe.h"
#include "sys/tree.h"
#include "commands.h"
#include "say.h"

static const char help[] =
	"Usage: busypy plan [OPTION...] TREE\n"
	"Prints the mount operations that make a view of TREE on this machine, and touches\n"
	"nothing.\n"
	"\n"
	"  -a, --arch ARCH     the runtime to use (default: this machine's)\n"
	"  -v, --view KIND     'host' (default): what a script sees on a full distro;\n"
	"                      'client': what a booted client or a sandbox sees\n"
	"  -c, --config FILE   configuration, for the list of what is pruned\n"
	"  -h, --help          print this\n";

struct request_of_plan {
	const char *tree, *arch, *config;
	enum view_kind kind;
};

static int parse(int argc, char **argv, struct request_of_plan *ret)
{
	static const struct option longs[] = {
		{ "arch", required_argument, NULL, 'a' },
		{ "view", required_argument, NULL, 'v' },
		{ "config", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "a:v:c:h", longs, NULL)) != -1) {
		switch (option) {
		case 'a':
			ret->arch = optarg;
			break;
		case 'v':
			if (strcmp(optarg, "host") != 0 && strcmp(optarg, "client") != 0)
				return say_error(argv[0],
						 "--view must be 'host' or 'client', not '%s'",
						 optarg);
			ret->kind = optarg[0] == 'h' ? VIEW_HOST : VIEW_CLIENT;
			break;
		case 'c':
			ret->config = optarg;
			break;
		case 'h':
			(void)fputs(help, stdout);
			exit(0);
		default:
			return say_usage(argv[0]);
		}
	}
	if (optind + 1 != argc)
		return say_error(argv[0], "needs one TREE (Hint: see 'busypy plan --help')");
	ret->tree = argv[optind];
	return 0;
}

static int make_plan(const struct request_of_plan *request, struct plan *ret, struct err *err)
{
	static struct facts facts;
	static struct conf conf;
	const struct arch *arch = NULL;
	struct view view = { .kind = request->kind, .flags = VIEW_PINNED };
	char tree[PATH_SIZE];
	int r = conf_file_read(request->config, &conf, err);

	if (r == 0)
		r = arch_named(request->arch, &arch, err);
	if (r < 0)
		return r;
	r = tree_resolve(request->tree, tree, err);
	if (r < 0)
		return r;
	r = closure_check_runtime(tree, arch, err);
	if (r < 0)
		return r;
	facts_init(&facts);
	r = probe_top(&facts, err);
	if (r == 0)
		r = mounts_find_pruned(&conf, &facts, err);
	if (r < 0)
		return r;
	probe_shares(&facts, tree, arch->name);
	view.tree = tree;
	view.arch = arch->name;
	return view_plan(&view, &facts, ret, err);
}

int cmd_plan(int argc, char **argv)
{
	static struct plan plan;
	static char text[2 * PLAN_TEXT_MAX];
	struct request_of_plan request = { .kind = VIEW_HOST };
	struct err err = { 0 };
	int r = parse(argc, argv, &request);

	if (r)
		return r;
	if (make_plan(&request, &plan, &err) < 0)
		return say_err(argv[0], &err);
	if (plan_format(&plan, text, sizeof(text)) < 0)
		return say_error(argv[0], "the plan is too long to be printed");
	return fputs(text, stdout) < 0 || fflush(stdout) < 0 ? EXIT_OURS : 0;
}
