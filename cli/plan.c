/* SPDX-License-Identifier: MIT */
/* busypy plan: prints the ops that would make a view. Touches nothing. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/conf_file.h"
#include "check/closure.h"
#include "core/arch.h"
#include "core/arch_list.h"
#include "core/conf.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/plan.h"
#include "core/str.h"
#include "core/tree_conf.h"
#include "core/view.h"
#include "handler/said.h"
#include "handler/template_plan.h"
#include "sandbox/sandbox.h"
#include "sys/tree.h"
#include "commands.h"
#include "options.h"
#include "say.h"

static const char help[] =
	"Usage: busypy plan [OPTION...] TREE\n"
	"Prints the mount operations that make a view of TREE on this machine, as they are\n"
	"carried out, and touches nothing.\n"
	"\n"
	"  -a, --arch ARCH     the runtime to use (default: this machine's)\n"
	"  -v, --view KIND     'host' (default): what a script sees on a full distro;\n"
	"                      'boot': what a booted client sees;\n"
	"                      'sandbox': what a command of 'busypy run' sees\n"
	"  -c, --config FILE   configuration, for the list of what is pruned\n"
	"  -h, --help          print this\n";

struct request_of_plan {
	const char *tree, *arch, *config;
	enum view_kind kind;
};

static int take_kind(const struct option_given *given, void *ctx)
{
	static const struct {
		const char *word;
		enum view_kind kind;
	} kinds[] = {
		{ "host", VIEW_HOST },
		{ "boot", VIEW_BOOT },
		{ "client", VIEW_BOOT }, /* DESIGN's word for what is seen there */
		{ "sandbox", VIEW_SANDBOX },
	};
	enum view_kind *kind = ctx;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (str_eq(given->text, kinds[i].word)) {
			*kind = kinds[i].kind;
			return 0;
		}
	}
	return say_error(given->command, "--view must be 'host', 'boot' or 'sandbox', not '%s'",
			 given->text);
}

static int parse(int argc, char **argv, struct request_of_plan *ret)
{
	const struct command_option options[] = {
		{ "arch", 'a', .text = &ret->arch },
		{ "view", 'v', .take = take_kind, .ctx = &ret->kind },
		{ "config", 'c', .text = &ret->config },
		{ 0 },
	};
	int r = options_parse(argc, argv, help, options);

	if (r)
		return r;
	ret->tree = argv[optind];
	return options_words(argc, argv, 1, 1, "one TREE");
}

/* As `busypy run` makes it, without options. */
static int plan_sandbox(const char *tree, const struct arch *arch, struct plan *ret,
			struct err *err)
{
	struct sandbox_request request;

	sandbox_request_init(&request);
	request.tree = tree;
	request.arch = arch;
	return sandbox_plan(&request, ret, err);
}

/* As PID 1 of this tree makes it. */
static int plan_boot(const struct arch *arch, struct plan *ret, struct err *err)
{
	return view_plan(&(struct view){ .kind = VIEW_BOOT, .tree = "/", .arch = arch->name }, NULL,
			 ret, err);
}

/* The plan is then of no exec. */
static int warn_of_host(const struct conf *conf, const char *tree, struct err *err)
{
	struct tree_conf said;
	int r = said_of_tree(conf, tree, &said, err);

	if (r == 0 && said.programs == PROGRAMS_HOST)
		say_warning(
			"plan",
			"%s says 'programs = host': its scripts run beside the host's programs, "
			"in no view (Hint: busypy(7))",
			tree);
	return r;
}

static int make_plan(const struct request_of_plan *request, struct plan *ret, struct err *err)
{
	static struct conf conf;
	const struct arch *arch = NULL;
	char tree[PATH_SIZE];
	int r = conf_file_read(request->config, &conf, err);

	if (r < 0)
		return r;
	r = arch_named(request->arch, &arch, err);
	if (r < 0)
		return r;
	r = tree_resolve(request->tree, tree, err);
	if (r < 0)
		return r;
	r = closure_check_runtime(tree, arch, err);
	if (r < 0)
		return r;
	switch (request->kind) {
	case VIEW_HOST:
		r = warn_of_host(&conf, tree, err);
		if (r < 0)
			return r;
		return template_plan(&conf, tree, arch->name, ret, err); /* as enable */
	case VIEW_SANDBOX:
		return plan_sandbox(tree, arch, ret, err);
	case VIEW_BOOT:
		return plan_boot(arch, ret, err);
	}
	return err_say(err, EINVAL, "no such view");
}

int cmd_plan(int argc, char **argv)
{
	static struct plan plan;
	struct request_of_plan request = { .kind = VIEW_HOST };
	struct err err = { 0 };
	int r = parse(argc, argv, &request);

	if (r)
		return r;
	if (make_plan(&request, &plan, &err) < 0)
		return say_err(argv[0], &err);
	return say_plan(argv[0], &plan);
}
