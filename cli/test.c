/* SPDX-License-Identifier: MIT */
/* busypy test: a command once per arch, each in a sandbox of its own. The sandboxes are those of
 * `busypy run`, whose options are passed on to it. */
#include <getopt.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/destination.h"
#include "core/amount.h"
#include "core/arch.h"
#include "core/arch_list.h"
#include "core/destination.h"
#include "core/ending.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "sys/fd.h"
#include "sys/tree.h"
#include "commands.h"
#include "run_tree.h"
#include "say.h"
#include "test_jobs.h"
#include "test_report.h"
#include "test_screen.h"

static const char help[] =
	"Usage: busypy test [OPTION...] [--] COMMAND [ARGUMENT...]\n"
	"Runs COMMAND once per arch, several at a time, each in a sandbox as 'busypy run' makes "
	"it.\n"
	"\n"
	"  -a, --arch A[,B...]|all  default: all, which are those that the tree has a runtime for\n"
	"  -j, --jobs NUMBER     at a time (default: one per processor)\n"
	"  -f, --format REPORT   'table' (default), 'tap', 'junit' or 'json'\n"
	"  -o, --output DIR      keep each output as DIR/ARCH.txt\n"
	"      --same-output     fail if the outputs differ\n"
	"      --output-limit SIZE  end what says more (default: 16M)\n"
	"  -t, --tree TREE       the tree (default: the first of the configuration)\n"
	"  -c, --config FILE     configuration\n"
	"  -h, --help            print this\n"
	"\n"
	"The other options are those of 'busypy run': --timeout, --memory, --bind, --net, ...\n"
	"Exit status: 0 if all passed, 1 if not, 125 if it could not be done, 128 and the number "
	"of\n"
	"the signal that ended it.\n";

enum { OUTPUT_MAX_DEFAULT = 16 << 20, WORDS_MAX = 1024, OPTIONS_MAX = 64, EXIT_FAILED = 1 };

enum { SAME_OUTPUT = 1000, OUTPUT_LIMIT };

static const struct option own[] = {
	{ "arch", required_argument, NULL, 'a' },
	{ "jobs", required_argument, NULL, 'j' },
	{ "format", required_argument, NULL, 'f' },
	{ "output", required_argument, NULL, 'o' },
	{ "same-output", no_argument, NULL, SAME_OUTPUT },
	{ "output-limit", required_argument, NULL, OUTPUT_LIMIT },
	{ "tree", required_argument, NULL, 't' },
	{ "config", required_argument, NULL, 'c' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

struct options {
	const char *archs, *tree, *config, *output;
	enum test_format format;
	bool same_output;
	struct test_jobs jobs;
	char *words[WORDS_MAX]; /* argv of `busypy run` */
	size_t n_words;
	char *const *command;
};

static int add_word(struct options *options, const char *word)
{
	char *copy = strdup(word); /* as long as the process */

	if (options->n_words == WORDS_MAX - 1 || !copy)
		return say_error("test", "too many words");
	options->words[options->n_words++] = copy;
	return 0;
}

/* "--name" or "--name=value", as `busypy run` takes it. */
static int pass_on(struct options *options, int letter)
{
	char word[8192];
	struct text text;

	for (const struct option *o = run_options(); o->name; o++) {
		if (o->val != letter)
			continue;
		text_init(&text, word, sizeof(word));
		text_addf(&text, "--%s%s%s", o->name, o->has_arg ? "=" : "",
			  o->has_arg ? optarg : "");
		options->jobs.timeout |= str_eq(o->name, "timeout");
		return text_check(&text) < 0 ? say_error("test", "--%s: too long", o->name)
					     : add_word(options, word);
	}
	return say_usage("test");
}

static int parse_format(struct options *options, const char *text)
{
	static const char *const names[] = { [TEST_TABLE] = "table",
					     [TEST_TAP] = "tap",
					     [TEST_JUNIT] = "junit",
					     [TEST_JSON] = "json" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (str_eq(text, names[i])) {
			options->format = (enum test_format)i;
			return 0;
		}
	}
	return say_error("test", "--format must be 'table', 'tap', 'junit' or 'json', not '%s'",
			 text);
}

static int parse_option(struct options *options, int letter)
{
	uint64_t number;

	switch (letter) {
	case 'a':
		options->archs = optarg;
		return 0;
	case 'j':
		if (str_to_u64(optarg, 10, &number) < 0 || number == 0 || number > 1000)
			return say_error("test", "--jobs must be a number above 0, not '%s'",
					 optarg);
		options->jobs.at_once = (unsigned)number;
		return 0;
	case 'f':
		return parse_format(options, optarg);
	case 'o':
		options->output = optarg;
		return 0;
	case SAME_OUTPUT:
		options->same_output = true;
		return 0;
	case OUTPUT_LIMIT:
		if (amount_bytes(optarg, &options->jobs.output_max) < 0)
			return say_error("test", "--output-limit cannot be '%s'", optarg);
		return 0;
	case 't':
		options->tree = optarg;
		return 0;
	case 'c':
		options->config = optarg;
		return 0;
	case 'h':
		(void)fputs(help, stdout);
		exit(0);
	case '?':
		return say_usage("test");
	default:
		return pass_on(options, letter);
	}
}

/* Ours, then those of `busypy run` that are not about a single run. */
static void all_options(struct option ret[OPTIONS_MAX])
{
	size_t n = sizeof(own) / sizeof(own[0]) - 1;

	memcpy(ret, own, sizeof(own));
	for (const struct option *o = run_options(); o->name && n < OPTIONS_MAX - 1; o++) {
		bool ours = str_eq(o->name, "plan");

		for (size_t i = 0; own[i].name; i++)
			ours |= str_eq(o->name, own[i].name);
		if (!ours)
			ret[n++] = *o;
	}
	ret[n] = (struct option){ 0 };
}

static int parse(int argc, char **argv, struct options *ret)
{
	static struct option longs[OPTIONS_MAX];
	int letter, r = add_word(ret, "busypy") || add_word(ret, "run");

	all_options(longs);
	/* "+": what follows the command is the command's. */
	while (r == 0 &&
	       (letter = getopt_long(argc, argv, "+a:j:f:o:t:c:hv:e:wn:", longs, NULL)) != -1)
		r = parse_option(ret, letter);
	if (r)
		return r;
	if (optind == argc)
		return say_error("test", "needs a COMMAND (Hint: see 'busypy test --help')");
	ret->command = argv + optind;
	return 0;
}

_Static_assert((int)TEST_JOBS_MAX >= (int)ARCH_LIST_MAX, "a job for each arch");

static void add_job(struct options *options, const struct arch *arch)
{
	options->jobs.jobs[options->jobs.n++].arch = arch;
}

static int add_all(struct options *options, const char *tree)
{
	size_t n;
	const struct arch *table = arch_table(&n);

	for (size_t i = 0; i < n; i++) {
		if (tree_has_runtime(tree, &table[i]))
			add_job(options, &table[i]);
	}
	if (options->jobs.n == 0)
		return say_error("test", "%s has no runtime (Hint: 'busypy stage %s' adds one)",
				 tree, tree);
	return 0;
}

static int choose_archs(struct options *options, const char *tree)
{
	struct arch_list list = { .all = !options->archs };
	struct err err = { 0 };

	if (options->archs && arch_list_add(&list, options->archs, &err) < 0)
		return say_err("test", &err);
	if (list.twice)
		return say_error("test", "--arch names %s twice", list.twice->name);
	if (list.all)
		return add_all(options, tree);
	for (size_t i = 0; i < list.n; i++) {
		if (tree_need_runtime(tree, list.archs[i], &err) < 0)
			return say_err("test", &err);
		add_job(options, list.archs[i]);
	}
	return 0;
}

static int complete_words(struct options *options, const char *tree)
{
	/* the jobs put their arch's name here */
	static const char *const more[] = { "--arch", "", "--tree" };
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof(more) / sizeof(more[0]); i++) {
		r = add_word(options, more[i]);
		if (i == 1)
			options->jobs.arch = (const char **)&options->words[options->n_words - 1];
	}
	if (r)
		return r;
	r = add_word(options, tree) || add_word(options, "--") ? EXIT_OURS : 0;
	for (size_t i = 0; r == 0 && options->command[i]; i++)
		r = add_word(options, options->command[i]);
	options->jobs.argv = (const char *const *)options->words;
	return r;
}

static unsigned processors(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) < 0 ? 1 : (unsigned)CPU_COUNT(&set);
}

static int finish(struct options *options, int signal, struct err *err)
{
	struct test_jobs *jobs = &options->jobs;
	bool passed = true;
	int r = options->output ? test_keep_outputs(jobs, options->output, err) : 0;

	if (r == 0)
		r = test_report(jobs, options->format, options->command, err);
	for (size_t i = 0; i < jobs->n; i++)
		passed &= jobs->jobs[i].state == TEST_PASSED;
	if (passed && options->same_output && !test_outputs_same(jobs)) {
		(void)say_error("test", "the outputs differ");
		passed = false;
	}
	for (size_t i = 0; i < jobs->n; i++)
		fd_close(&jobs->jobs[i].out);
	if (r < 0)
		return say_err("test", err);
	return signal ? ending_of_signal(signal) : passed ? 0 : EXIT_FAILED;
}

int cmd_test(int argc, char **argv)
{
	static struct options options = { .jobs = { .output_max = OUTPUT_MAX_DEFAULT } };
	static char tree[PATH_SIZE];
	struct err err = { 0 };
	int r = parse(argc, argv, &options);

	if (r)
		return r;
	if ((!options.tree && run_find_tree(options.config, &options.tree, &err) < 0) ||
	    tree_resolve(options.tree, tree, &err) < 0 ||
	    (options.output && destination_check(options.output, DESTINATION_OUTPUT, 0, &err) < 0))
		return say_err("test", &err);
	r = choose_archs(&options, tree);
	if (r == 0)
		r = complete_words(&options, tree);
	if (r)
		return r;
	if (!options.jobs.at_once)
		options.jobs.at_once = processors();
	if (options.format == TEST_TABLE && isatty(STDERR_FILENO)) {
		options.jobs.show = test_screen_show;
		options.jobs.tick = true;
	}
	r = test_jobs_run(&options.jobs, &err);
	test_screen_end();
	return r < 0 ? say_err("test", &err) : finish(&options, r, &err);
}
