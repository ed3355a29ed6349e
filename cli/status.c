/* SPDX-License-Identifier: MIT */
/* busypy status: what is enabled, who is asked first, who gets which tier, what is missing here. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/conf_file.h"
#include "base/table.h"
#include "core/conf.h"
#include "core/contract.h"
#include "core/err.h"
#include "core/nsswitch.h"
#include "core/rule.h"
#include "core/runtime_layout.h"
#include "core/str.h"
#include "core/tree_conf.h"
#include "handler/mounts.h"
#include "handler/policy.h"
#include "handler/round.h"
#include "handler/said.h"
#include "handler/starts.h"
#include "handler/service_state.h"
#include "handler/watch.h"
#include "sys/apart.h"
#include "sys/binfmt.h"
#include "sys/fd.h"
#include "sys/nscd.h"
#include "sys/script.h"
#include "commands.h"
#include "options.h"
#include "say.h"

enum section { TREES, STARTS, SERVICE, ENTRIES, TIERS, KERNEL };

#define NSSWITCH_CONF "/etc/nsswitch.conf"

enum { ASK_MS = 1000 }; /* a tree that has not answered by then is away */

enum { SECTIONS = KERNEL + 1, RULES_MAX = 512, EXIT_ATTENTION = 1 };

static const char help[] =
	"Usage: busypy status [OPTION...] [SECTION...]\n"
	"Shows what 'busypy enable' has done and how well it stands. SECTION is any of\n"
	"trees, starts, service, entries, tiers, kernel (default: all; starts where a tree\n"
	"has another `start` than plain).\n"
	"\n"
	"  -J, --json            print JSON\n"
	"  -o, --output COLUMNS  choose columns of one section, separated by commas\n"
	"  -n, --noheadings      print no headings\n"
	"  -c, --config FILE     configuration, for what is pruned\n"
	"  -h, --help            print this\n"
	"\n"
	"Exit status: 0 all is well, 1 something needs attention or nothing is enabled,\n"
	"125 that could not be told.\n";

static const char *const section_names[SECTIONS] = { "trees",	"starts", "service",
						     "entries", "tiers",  "kernel" };

struct status {
	const char *columns, *config;
	unsigned flags;
	bool chosen[SECTIONS], all;
	bool attention; /* something is not as it should be */
	bool enabled;
	struct contract contract;
	struct conf conf;
};

static int choose_section(const char *name, struct status *ret)
{
	for (size_t i = 0; i < SECTIONS; i++) {
		if (strcmp(name, section_names[i]) == 0) {
			ret->chosen[i] = true;
			return 0;
		}
	}
	return say_error("status",
			 "unknown section '%s' (Hint: trees, starts, service, entries, tiers or "
			 "kernel)",
			 name);
}

static int parse(int argc, char **argv, struct status *ret)
{
	const struct command_option options[] = {
		{ "json", 'J', .bits = &ret->flags, .bit = TABLE_JSON },
		{ "output", 'o', .text = &ret->columns },
		{ "noheadings", 'n', .bits = &ret->flags, .bit = TABLE_NO_HEADINGS },
		{ "config", 'c', .text = &ret->config },
		{ 0 },
	};
	int r = options_parse(argc, argv, help, options);

	for (int i = optind; r == 0 && i < argc; i++)
		r = choose_section(argv[i], ret);
	if (r)
		return r;
	ret->all = optind == argc;
	return 0;
}

struct saying {
	const struct conf *conf;
	const char *tree;
};

/* Both words of a tree as one answer of a child. */
#define SAID(programs, start) ((programs) + ((start) << 4))

static int ask_tree(struct err *err, void *ctx)
{
	const struct saying *saying = ctx;
	struct tree_conf said;
	int r = said_of_tree(saying->conf, saying->tree, &said, err);

	return r < 0 ? r : SAID(said.programs, said.start);
}

/* What a tree says now is not what is in force: words for it, or "". A tree that does not answer
 * says nothing. */
static const char *said_since(const struct status *status, const struct contract_tree *tree)
{
	struct saying saying = { &status->conf, tree->path };
	int said = apart_do_within(ask_tree, &saying, ASK_MS, NULL);
	int programs = said < 0 ? PROGRAMS_UNSAID : said & 15;
	bool host = tree->flags & CONTRACT_TREE_HOST;

	if (programs == PROGRAMS_HOST && !host)
		return ", but 'programs = host' is said since: enable it anew";
	if (programs == PROGRAMS_TREE && host)
		return ", but 'programs = tree' is said since: enable it anew";
	if (said >= 0 && (uint32_t)said >> 4 != tree->start)
		return ", but another 'start' is said since: enable it anew";
	return "";
}

/* Beside the host's programs no template is entered; what counts is the runtime. */
static void add_beside(struct status *status, struct table *table, const struct contract_tree *tree,
		       const char *generation)
{
	struct err err = { 0 };
	bool stands = script_runtime(tree, &err);
	char words[128];
	const char *cells[] = { tree->path, tree->id, tree->arch,
				generation, NULL,     stands ? words : err.text };

	(void)snprintf(words, sizeof(words), "beside the host%s", said_since(status, tree));

	status->attention |= !stands;
	(void)table_add(table, cells);
}

static void fill_trees(struct status *status, struct table *table)
{
	for (size_t i = 0; status->enabled && i < status->contract.n_trees; i++) {
		const struct contract_tree *tree = &status->contract.trees[i];
		struct err err = { 0 };
		char mounts[16] = "", generation[16], words[128];
		int n = policy_template_mounts(tree, &err);
		const char *cells[] = { tree->path, tree->id, tree->arch,
					generation, mounts,   n < 0 ? err.text : words };

		(void)snprintf(generation, sizeof(generation), "%u", status->contract.generation);
		if (tree->flags & CONTRACT_TREE_HOST) {
			add_beside(status, table, tree, generation);
			continue;
		}
		(void)snprintf(words, sizeof(words), "ready%s", said_since(status, tree));
		if (n >= 0)
			(void)snprintf(mounts, sizeof(mounts), "%d", n);
		else
			cells[4] = NULL;
		/* A caller without privilege cannot look into a template; that is no fault. */
		if (n < 0 && err.code == EPERM)
			cells[5] = "not visible to this user";
		else if (n < 0)
			status->attention = true;
		(void)table_add(table, cells);
	}
	if (!status->enabled)
		status->attention = true;
}

/* How the Python of each tree starts, and why not as is said. */
static void fill_starts(struct status *status, struct table *table)
{
	for (size_t i = 0; status->enabled && i < status->contract.n_trees; i++) {
		const struct contract_tree *tree = &status->contract.trees[i];
		bool stands = starts_stand(tree);
		char words[sizeof(tree->plainly) + 16];
		const char *cells[] = { tree->path, tree_conf_start_name((int)tree->start), words };

		if (tree->restorer[0] && stands)
			(void)snprintf(words, sizeof(words), "from an image");
		else if (tree->restorer[0])
			(void)snprintf(words, sizeof(words),
				       "plain: its images are gone: enable it anew");
		else
			(void)snprintf(words, sizeof(words), "plain%s%s",
				       tree->plainly[0] ? ": " : "", tree->plainly);
		status->attention |= !stands;
		(void)table_add(table, cells);
	}
}

static const char *watch_words(const struct round_tree *tree)
{
	switch (tree->watch) {
	case WATCH_INOTIFY:
		return "inotify";
	case WATCH_POLL:
		return "poll";
	default:
		return "none yet";
	}
}

static int fill_service(struct status *status, struct table *table, struct err *err)
{
	static struct round_report round;
	struct err why = { 0 };
	char number[16];
	pid_t pid;
	int r = service_state_read(&round, &why, &pid, err);

	if (r <= 0)
		return r;
	(void)snprintf(number, sizeof(number), "%d", (int)pid);
	for (size_t i = 0; i < round.n_trees; i++) {
		const struct round_tree *tree = &round.trees[i];
		const char *state = why.text[0] ? why.text : tree->why;
		const char *cells[] = { number, tree->wanted, path_base(tree->path),
					watch_words(tree), state[0] ? state : "in force" };

		if (state[0])
			status->attention = true;
		(void)table_add(table, cells);
	}
	if (round.n_trees == 0) {
		const char *cells[] = { number, NULL, NULL, NULL,
					why.text[0] ? why.text : "no tree is configured" };

		(void)table_add(table, cells);
	}
	return 0;
}

static const char *note_words(enum policy_note note)
{
	switch (note) {
	case POLICY_OURS:
		return "ours";
	case POLICY_STALE:
		return "ours, left over: run 'busypy disable'";
	case POLICY_BEFORE:
		return "asked before ours: takes scripts of the tree";
	case POLICY_AFTER:
		return "ours is asked first";
	case POLICY_UNRELATED:
		return "for other files";
	}
	return "";
}

/* 0, or a sentence in err. */
static int fill_entries(struct status *status, struct table *table, struct err *err)
{
	static struct rule rules[RULES_MAX];
	static enum policy_note notes[RULES_MAX];
	int instance = binfmt_open(false, err);
	int n = instance < 0 ? instance : binfmt_list(instance, rules, RULES_MAX, err);
	int ours = 0;

	if (n < 0)
		return n;
	policy_notes(rules, (size_t)n, status->enabled ? &status->contract : NULL, notes);
	for (int i = 0; i < n; i++) {
		char order[16];
		const char *cells[] = {
			order,		rules[i].name,	      rules[i].enabled ? "1" : "0",
			rules[i].flags, rules[i].interpreter, note_words(notes[i])
		};

		(void)snprintf(order, sizeof(order), "%d", i + 1);
		if (!(status->flags & TABLE_JSON))
			cells[2] = rules[i].enabled ? "yes" : "no";
		if (notes[i] == POLICY_STALE || notes[i] == POLICY_BEFORE ||
		    (notes[i] == POLICY_OURS && !rules[i].enabled))
			status->attention = true;
		ours += notes[i] == POLICY_OURS;
		(void)table_add(table, cells);
	}
	/* systemd-binfmt, or anybody who wrote -1 to status, may have wiped them */
	if (status->enabled && (!ours || binfmt_enabled(instance) != 1))
		status->attention = true;
	return 0;
}

static void add_tier(struct table *table, const char *caller, const char *tier, const char *why)
{
	const char *cells[] = { caller, tier, why };

	(void)table_add(table, cells);
}

/* Who gets a view, and how. */
static void add_view_tiers(const struct status *status, struct table *table)
{
	struct err enter = { 0 }, user = { 0 };
	bool by_enter, by_user;
	const char *last, *why_last;

	by_enter = policy_enter(&status->contract, &enter) == 0;
	by_user = policy_user_namespace(&user) == 0;
	last = by_user ? "user namespace" : "refused";
	why_last = by_user ? "a view of its own, composed without privilege" : user.text;
	add_tier(table, "root", "template", "enters with its own privilege");
	add_tier(table, "ordinary user", by_enter ? "template" : last,
		 by_enter ? "enters by the capabilities of 'enter'" : enter.text);
	add_tier(table, "no_new_privs", last, why_last);
	add_tier(table, "reduced bounding set", last, why_last);
	add_tier(table, "ambient capabilities", last, why_last);
	add_tier(table, "traced by a user", last, why_last);
	add_tier(table, "other mount namespace, root", "composed",
		 "a view of what that namespace sees");
	add_tier(table, "other mount namespace, user", last, why_last);
}

static void fill_tiers(const struct status *status, struct table *table)
{
	size_t n_beside = 0;

	if (!status->enabled)
		return;
	for (size_t i = 0; i < status->contract.n_trees; i++)
		n_beside += (status->contract.trees[i].flags & CONTRACT_TREE_HOST) != 0;
	if (n_beside < status->contract.n_trees)
		add_view_tiers(status, table);
	if (n_beside) {
		add_tier(table, "anyone, 'programs = host'", "beside the host",
			 "the tree's runtime below " RUNTIME_ROOT ", without a view");
		add_tier(table, "container without " RUNTIME_ROOT ", the same", "refused",
			 "bind it, as the tree");
	}
	add_tier(table, "container without the tree", "none", "its scripts run as before");
	add_tier(table, "script in a view", "none", "keeps the view it is in");
}

static void add_feature(struct table *table, const char *feature, int r, const struct err *err,
			const char *yes)
{
	const char *cells[] = { feature, r == 0 ? "yes" : "no", r == 0 ? yes : err->text };

	(void)table_add(table, cells);
}

/* The service modules of nsswitch.conf are libraries of the host, which no tree's Python loads. */
static void add_names(struct table *table)
{
	static char conf[64 * 1024];
	char others[256];
	struct err err = { 0 };
	ssize_t size = fd_read_file(AT_FDCWD, NSSWITCH_CONF, conf, sizeof(conf));
	int n = size < 0 ? 0
			 : nsswitch_others(conf, (size_t)size, "passwd", others, sizeof(others));
	int r = n ? nscd_probe() : 0;

	if (size < 0 && size != -ENOENT) { /* without one, it is files */
		r = size == -E2BIG ? -EFBIG : (int)size;
		(void)err_set(&err, -r, "cannot read " NSSWITCH_CONF);
	} else if (r < 0) {
		(void)err_say(&err, -r,
			      "users of %s (" NSSWITCH_CONF
			      ") have no names for a tree: " NSCD_SOCKET
			      ": %s (Hint: nscd, nsncd or unscd serves them)",
			      n > 0 ? others : "many services", strerror(-r));
	}
	add_feature(table, "users of other services", r, &err,
		    n ? "by the name service cache at " NSCD_SOCKET
		      : NSSWITCH_CONF " names none but files");
}

static void fill_kernel(struct status *status, struct table *table)
{
	struct err err = { 0 };
	struct mounts_summary mounts = { 0 };
	char words[96];
	int instance = binfmt_open(false, &err);

	if (instance >= 0 && binfmt_enabled(instance) != 1)
		(void)err_say(&err, EBUSY, "disabled: no handler is asked");
	add_feature(table, "binfmt_misc", err.code ? -err.code : 0, &err, "mounted and enabled");
	add_feature(table, "own binfmt_misc per user namespace", policy_own_instance(&err), &err,
		    "enabling is rehearsed");
	add_feature(table, "user namespaces for users", policy_user_namespace(&err), &err,
		    "callers who get no template are served");
	if (status->enabled) {
		bool unique = status->contract.flags & CONTRACT_UNIQUE_MOUNT_ID;

		(void)err_say(&err, ENOSYS, "a mount id may be used again after an unmount");
		add_feature(table, "unique mount ids", unique ? 0 : -1, &err,
			    "the host's root cannot be mistaken");
	}
	add_names(table);
	if (mounts_summarise(&status->conf, &mounts, &err) < 0)
		return;
	(void)err_say(&err, ENOTSUP, "/ is private: later mounts do not reach the views");
	add_feature(table, "mounts propagate", mounts.root_propagates ? 0 : -1, &err,
		    "later mounts and unmounts reach the views");
	(void)snprintf(words, sizeof(words), "of %zu mounts %zu are left out of new views",
		       mounts.n, mounts.n_pruned);
	add_feature(table, "pruning", 0, &err, words);
}

static const struct table_column tree_columns[] = {
	{ "TREE", TABLE_TEXT },		{ "VERSION", TABLE_TEXT },  { "ARCH", TABLE_TEXT },
	{ "GENERATION", TABLE_NUMBER }, { "MOUNTS", TABLE_NUMBER }, { "TEMPLATE", TABLE_TEXT },
};
static const struct table_column start_columns[] = { { "TREE", TABLE_TEXT },
						     { "START", TABLE_TEXT },
						     { "STATE", TABLE_TEXT } };
static const struct table_column service_columns[] = {
	{ "PID", TABLE_NUMBER }, { "FOLLOWS", TABLE_TEXT }, { "VERSION", TABLE_TEXT },
	{ "WATCH", TABLE_TEXT }, { "STATE", TABLE_TEXT },
};
static const struct table_column entry_columns[] = {
	{ "ORDER", TABLE_NUMBER }, { "ENTRY", TABLE_TEXT },	  { "ENABLED", TABLE_BOOLEAN },
	{ "FLAGS", TABLE_TEXT },   { "INTERPRETER", TABLE_TEXT }, { "NOTE", TABLE_TEXT },
};
static const struct table_column tier_columns[] = { { "CALLER", TABLE_TEXT },
						    { "TIER", TABLE_TEXT },
						    { "WHY", TABLE_TEXT } };
static const struct table_column kernel_columns[] = { { "FEATURE", TABLE_TEXT },
						      { "STATE", TABLE_TEXT },
						      { "MEANING", TABLE_TEXT } };

static int fill_section(struct status *status, enum section section, struct table *table,
			struct err *err)
{
	switch (section) {
	case TREES:
		fill_trees(status, table);
		return 0;
	case STARTS:
		fill_starts(status, table);
		return 0;
	case SERVICE:
		return fill_service(status, table, err);
	case ENTRIES:
		return fill_entries(status, table, err);
	case TIERS:
		fill_tiers(status, table);
		return 0;
	case KERNEL:
		fill_kernel(status, table);
		return 0;
	}
	return 0;
}

/* The chosen sections; *ret_n is right on failure, too, for who frees the tables. */
static int fill(struct status *status, struct table *tables[SECTIONS], size_t *ret_n,
		struct err *err)
{
	static const struct {
		const struct table_column *columns;
		size_t n;
	} shapes[SECTIONS] = {
		[TREES] = { tree_columns, 6 },	    [STARTS] = { start_columns, 3 },
		[SERVICE] = { service_columns, 5 }, [ENTRIES] = { entry_columns, 6 },
		[TIERS] = { tier_columns, 3 },	    [KERNEL] = { kernel_columns, 3 }
	};

	for (size_t i = 0; i < SECTIONS; i++) {
		struct table *table;
		int r;

		if (!status->chosen[i])
			continue;
		table = table_new(section_names[i], shapes[i].columns, shapes[i].n);
		if (!table)
			return err_set(err, ENOMEM, "cannot make a table");
		tables[(*ret_n)++] = table;
		r = fill_section(status, (enum section)i, table, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int print(struct status *status, struct err *err)
{
	struct table *tables[SECTIONS] = { NULL };
	size_t n = 0;
	int r = fill(status, tables, &n, err);

	if (r == 0)
		r = table_print(tables, n, status->flags, status->columns, err);
	for (size_t i = 0; i < n; i++)
		table_free(tables[i]);
	return r;
}

/* What is of use on this machine. */
static void choose_all(struct status *status)
{
	bool starts = false;

	for (size_t i = 0; status->enabled && i < status->contract.n_trees; i++)
		starts |= status->contract.trees[i].start > START_PLAIN;
	for (size_t i = 0; i < SECTIONS; i++)
		status->chosen[i] = i != STARTS || starts;
}

static int run(struct status *status, struct err *err)
{
	int r = conf_file_read(status->config, &status->conf, err);

	if (r < 0)
		return r;
	r = policy_live_contract(&status->contract, err);
	if (r < 0)
		return r;
	status->enabled = r == 1;
	if (status->all)
		choose_all(status);
	return print(status, err);
}

int cmd_status(int argc, char **argv)
{
	static struct status status;
	struct err err = { 0 };
	int r = parse(argc, argv, &status);

	if (r)
		return r;
	if (run(&status, &err) < 0)
		return say_err(argv[0], &err);
	if (!status.enabled && !(status.flags & TABLE_JSON))
		(void)fputs("nothing is enabled\n", stderr);
	return status.attention ? EXIT_ATTENTION : 0;
}
