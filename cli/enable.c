/* SPDX-License-Identifier: MIT */
/* busypy enable, busypy disable: options in, one sentence out; the work is lib/handler/enable's. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/conf_file.h"
#include "core/arch.h"
#include "core/arch_list.h"
#include "core/conf.h"
#include "core/env_line.h"
#include "core/err.h"
#include "core/path_size.h"
#include "handler/disable.h"
#include "handler/enable.h"
#include "handler/lock.h"
#include "handler/service_state.h"
#include "sys/tree.h"
#include "commands.h"
#include "options.h"
#include "say.h"

static const char enable_help[] =
	"Usage: busypy enable [OPTION...] [TREE...]\n"
	"Lets the kernel run the scripts of each TREE (default: the 'tree' lines of the\n"
	"configuration) in a view with the tree's Python and C library.\n"
	"\n"
	"  -a, --arch ARCH     use the runtimes of ARCH (default: this machine's)\n"
	"  -c, --config FILE   configuration (default: " CONF_FILE_DEFAULT ")\n"
	"  -q, --quiet         print nothing but errors\n"
	"  -h, --help          print this\n";

static const char disable_help[] = "Usage: busypy disable [OPTION...]\n"
				   "Takes back what 'busypy enable' did. Scripts that run go on.\n"
				   "\n"
				   "  -q, --quiet         print nothing but errors\n"
				   "  -h, --help          print this\n";

struct options {
	const char *arch;
	const char *config;
	bool quiet;
};

/* The arguments, or else the configuration's trees, as canonical paths. Freed with the process. */
static int resolve_trees(int argc, char **argv, const struct conf *conf, char *ret[CONF_TREES_MAX],
			 size_t *ret_n, struct err *err)
{
	bool given = optind < argc;
	size_t n = given ? (size_t)(argc - optind) : conf->n_trees;

	if (n == 0)
		return err_say(err, EINVAL,
			       "no tree: none was named, and the configuration has no 'tree' "
			       "line (Hint: busypy enable TREE)");
	if (n > CONF_TREES_MAX)
		return err_say(err, E2BIG, "more than %d trees", CONF_TREES_MAX);
	for (size_t i = 0; i < n; i++) {
		char path[PATH_SIZE];
		int r = tree_resolve(given ? argv[optind + (int)i] : conf->trees[i], path, err);

		if (r < 0)
			return r;
		ret[i] = strdup(path);
		if (!ret[i])
			return err_set(err, ENOMEM, "cannot go on");
	}
	*ret_n = n;
	return 0;
}

static void report(const struct enable_report *report, const struct conf *conf)
{
	if (conf_outdated(conf))
		say_warning("enable", "%s", conf_outdated(conf));
	if (!report->rehearsed)
		say_warning("enable", "not rehearsed: %s", report->not_rehearsed);
	if (!report->tested_as_user)
		say_warning("enable", "not tested as an ordinary user: %s", report->not_as_user);
	(void)printf("%zu tree%s enabled: generation %u, %zu handler entries%s\n", report->n_trees,
		     report->n_trees == 1 ? "" : "s", report->generation, report->n_rules,
		     report->rehearsed ? ", rehearsed and tested" : ", tested");
	if (conf_by_env(conf))
		(void)puts("this machine's own scripts with #!" ENV_PROGRAM
			   " python3 start about 0.1 ms later ('env = no' leaves them out)");
}

/* An interrupted registration would have to be undone: it is short, so wait for its end. */
static void hold_signals(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
}

int cmd_enable(int argc, char **argv)
{
	static struct conf conf;
	struct options options = { 0 };
	struct enable_report done;
	struct err err = { 0 };
	char *trees[CONF_TREES_MAX];
	struct enable_request request = { .conf = &conf, .trees = trees };
	const struct command_option table[] = {
		{ "arch", 'a', .text = &options.arch },
		{ "config", 'c', .text = &options.config },
		{ "quiet", 'q', .flag = &options.quiet },
		{ 0 },
	};
	int r = options_parse(argc, argv, enable_help, table);

	if (r)
		return r;
	if (arch_named(options.arch, &request.arch, &err) < 0 ||
	    conf_file_read(options.config, &conf, &err) < 0 ||
	    resolve_trees(argc, argv, &conf, trees, &request.n_trees, &err) < 0)
		return say_err(argv[0], &err);
	hold_signals();
	if (enable_trees(&request, &done, &err) < 0)
		return say_err(argv[0], &err);
	if (!options.quiet)
		report(&done, &conf);
	return 0;
}

int cmd_disable(int argc, char **argv)
{
	struct options options = { 0 };
	struct err err = { 0 };
	unsigned kept = 0;
	pid_t pid = 0;
	const struct command_option table[] = {
		{ "arch", .text = &options.arch }, /* taken as by enable, and of no use */
		{ "config", .text = &options.config },
		{ "quiet", 'q', .flag = &options.quiet },
		{ 0 },
	};
	int r = options_parse(argc, argv, disable_help, table);

	if (r)
		return r;
	if (optind < argc)
		return say_error(argv[0], "takes no arguments");
	if (service_state_read(NULL, NULL, &pid, NULL) == 1)
		return say_error(argv[0],
				 "busypyd (process %d) is running and would enable again "
				 "(Hint: stop it first: systemctl stop busypyd)",
				 (int)pid);
	hold_signals();
	r = disable_all(LOCK_MS, &kept, &err);
	if (r < 0)
		return say_err(argv[0], &err);
	if (kept)
		say_warning(
			argv[0],
			"%u runtime%s of trees with 'programs = host' %s, for scripts still run "
			"in %s (Hint: a later 'busypy disable' removes %s)",
			kept, kept == 1 ? "" : "s", kept == 1 ? "stays" : "stay",
			kept == 1 ? "it" : "them", kept == 1 ? "it" : "them");
	if (!options.quiet)
		(void)puts(r ? "disabled" : "nothing was enabled");
	return 0;
}
