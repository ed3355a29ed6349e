/* SPDX-License-Identifier: MIT */
/* What is wanted, what stands, and the difference. */
#include "handler/round.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "core/arch.h"
#include "core/conf.h"
#include "core/contract.h"
#include "core/err.h"
#include "core/plan.h"
#include "core/str.h"
#include "core/view.h"
#include "handler/admission.h"
#include "handler/disable.h"
#include "handler/enable.h"
#include "handler/entries.h"
#include "handler/fingerprint.h"
#include "handler/generation.h"
#include "handler/mounts.h"
#include "handler/policy.h"
#include "handler/watch.h"
#include "sys/apart.h"
#include "sys/ns.h"
#include "sys/run.h"

enum {
	LOOK_MS = 5000,	       /* a tree that has not answered by then is away */
	LOOK_AGAIN_MS = 200,   /* one that was away the last time */
	VERIFY_MS = 60 * 1000, /* reads the modes of a whole tree, perhaps over a network */
	TIDY_MS = 1000	       /* how long the files of what was replaced stay at least */
};

struct round {
	const struct conf *conf;
	const struct arch *arch;
	int inotify;
	struct round_report *report;
	struct watch *watches; /* of the configured trees; shared with children */
	bool live, stale;      /* live has a meaning; but was made from another fingerprint */
	unsigned newest;       /* generation that has a folder */
	struct contract standing, wanted;
};

struct look {
	const char *wanted;
	int inotify;
	struct watch *ret;
};

static int look(void *data, struct err *err)
{
	struct look *look = data;

	return watch_tree(look->wanted, look->inotify, look->ret, err);
}

struct verification {
	const char *path;
	const struct arch *arch;
	struct contract_tree *ret; /* shared */
};

static int verify(void *data, struct err *err)
{
	const struct verification *verification = data;
	int r = admission_check(verification->path, verification->arch, err);

	return r < 0 ? r
		     : admission_contract(verification->path, verification->arch, verification->ret,
					  err);
}

static void *shared_pages(size_t size)
{
	void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return pages == MAP_FAILED ? NULL : pages;
}

static struct contract_tree *find(struct contract *contract, const char *path)
{
	for (size_t i = 0; i < contract->n_trees; i++) {
		if (str_eq(contract->trees[i].path, path))
			return &contract->trees[i];
	}
	return NULL;
}

static void explain(struct round_tree *tree, const char *why)
{
	(void)str_copy_bytes(tree->why, sizeof(tree->why), why,
			     strnlen(why, sizeof(tree->why) - 1));
}

static int push(struct round *round, const struct contract_tree *tree)
{
	if (find(&round->wanted, tree->path))
		return 0;
	if (round->wanted.n_trees == CONTRACT_TREES_MAX)
		return -E2BIG;
	round->wanted.trees[round->wanted.n_trees++] = *tree;
	return 0;
}

/* A tree that stands, and is the same directory still, goes on with its template, unless what
 * templates are made from has changed. Any other is verified first. */
static int want(struct round *round, const char *path, uint64_t dev, uint64_t ino, struct err *err)
{
	const struct contract_tree *stands = find(&round->standing, path);
	struct contract_tree *tree;
	struct verification verification = { .path = path, .arch = round->arch };
	int r;

	if (stands && stands->dev == dev && stands->ino == ino && !round->stale &&
	    str_eq(stands->arch, round->arch->name))
		return push(round, stands) < 0
			       ? err_say(err, E2BIG, "more than %d trees", CONTRACT_TREES_MAX)
			       : 0;
	tree = shared_pages(sizeof(*tree));
	if (!tree)
		return err_set(err, errno, "cannot verify %s", path);
	verification.ret = tree;
	r = apart_do_within(verify, &verification, VERIFY_MS, err);
	if (r == 0) {
		tree->flags |= CONTRACT_TREE_FOLLOWED;
		if (push(round, tree) < 0)
			r = err_say(err, E2BIG, "more than %d trees", CONTRACT_TREES_MAX);
	}
	(void)munmap(tree, sizeof(*tree)); /* cannot fail */
	return r;
}

/* What stood for a tree stays while it cannot be replaced. */
static void keep(struct round *round, struct round_tree *tree)
{
	const struct contract_tree *stands = find(&round->standing, tree->path);

	if (!stands || push(round, stands) < 0)
		tree->path[0] = '\0';
}

static void look_at(struct round *round, size_t i)
{
	struct round_tree *tree = &round->report->trees[i];
	struct watch *watch = &round->watches[i];
	struct look job = { tree->wanted, round->inotify, watch };
	struct err err = { 0 };
	int r = apart_do_within(look, &job, tree->away ? LOOK_AGAIN_MS : LOOK_MS, &err);

	tree->away = r == -ETIMEDOUT;
	if (tree->away)
		(void)err_say(&err, ETIMEDOUT, "it does not answer");
	if (!tree->away || watch->kind != WATCH_NOTHING)
		tree->watch = watch->kind;
	else if (tree->watch == WATCH_NOTHING)
		tree->watch = WATCH_POLL;
	tree->why[0] = '\0';
	if (r < 0)
		watch->path[0] = '\0';
	if (r == 0)
		r = want(round, watch->path, watch->dev, watch->ino, &err);
	if (r == 0) {
		(void)str_copy(tree->path, sizeof(tree->path), watch->path); /* as large */
		return;
	}
	explain(tree, err.text);
	keep(round, tree);
}

/* True if it is another version of a tree that is configured. */
static bool is_version_of_wanted(const struct round *round, const struct contract_tree *tree)
{
	for (size_t i = 0; tree->versions && i < round->report->n_trees; i++) {
		const char *path = round->watches[i].path;

		if (strncmp(path, tree->path, tree->versions) == 0 && path[tree->versions] == '/' &&
		    !strchr(path + tree->versions + 1, '/'))
			return true;
	}
	return false;
}

static int want_by_hand(struct round *round, const struct contract_tree *tree)
{
	int r = want(round, tree->path, tree->dev, tree->ino, NULL);

	if (r == 0)
		find(&round->wanted, tree->path)->flags = tree->flags; /* perhaps configured, too */
	return r;
}

/* Trees that were enabled by hand stay. Those that we brought stay while it is not known where all
 * of the configuration leads. */
static void keep_others(struct round *round)
{
	bool all_known = true;

	for (size_t i = 0; i < round->report->n_trees; i++)
		all_known &= round->watches[i].path[0] != '\0';
	for (size_t i = 0; round->live && i < round->standing.n_trees; i++) {
		struct contract_tree *tree = &round->standing.trees[i];
		bool ours = tree->flags & CONTRACT_TREE_FOLLOWED;

		if (is_version_of_wanted(round, tree) || (ours && all_known))
			continue;
		if (ours || !round->stale || want_by_hand(round, tree) < 0)
			(void)push(round, tree); /* beyond the limit nothing can be kept */
	}
}

/* The version that `current` has not come to yet, or has just left: by the time that the link is
 * replaced its template stands. If it is not fit, that is a word to say when it is current. */
static void want_others(struct round *round)
{
	for (size_t i = 0; i < round->report->n_trees; i++) {
		const struct watch *watch = &round->watches[i];

		if (watch->path[0] && watch->other[0] && !find(&round->wanted, watch->other))
			(void)want(round, watch->other, watch->other_dev, watch->other_ino, NULL);
	}
}

/* 1 if the contract that stands has all that is wanted, and nothing of what is not. */
static bool is_enough(struct round *round)
{
	if (!round->live || round->stale)
		return false;
	for (size_t i = 0; i < round->wanted.n_trees; i++) {
		const struct contract_tree *stands =
			find(&round->standing, round->wanted.trees[i].path);

		if (!stands || !round->wanted.trees[i].namespace_ino)
			return false;
	}
	for (size_t i = 0; i < round->standing.n_trees; i++) {
		const struct contract_tree *tree = &round->standing.trees[i];

		if (!find(&round->wanted, tree->path) && !is_version_of_wanted(round, tree))
			return false;
	}
	return true;
}

static int learn(struct round *round, struct err *err)
{
	unsigned generations[GENERATION_MAX];
	char fingerprint[FINGERPRINT_SIZE];
	int n = generation_list(generations, err);
	int r = n < 0 ? n : fingerprint_now(round->conf, fingerprint, err);

	if (r < 0)
		return r;
	round->newest = n ? generations[n - 1] : 0;
	r = policy_live_contract(&round->standing, err);
	if (r < 0)
		return r;
	/* one that a newer version of ourselves cannot read is replaced */
	round->live = r == 1 && round->standing.generation == round->newest;
	if (!round->live)
		memset(&round->standing, 0, sizeof(round->standing));
	round->stale = round->live && !generation_is_from(round->standing.generation, fingerprint);
	return 0;
}

static int bring(struct round *round, struct err *err)
{
	struct round_report *report = round->report;
	struct enable_report done;
	int r;

	if (round->wanted.n_trees == 0)
		return round->live ? disable_all(err) : 0;
	if (is_enough(round)) {
		r = entries_stand(round->conf, round->standing.generation, err);
		report->restored = r == 0;
		if (r == 0)
			r = entries_restore(round->conf, round->standing.generation, err);
		report->generation = round->standing.generation;
		return r < 0 ? r : 0;
	}
	r = enable_renew(round->conf, &round->wanted, round->newest, round->arch, &done, err);
	if (r < 0)
		return r;
	report->renewed = true;
	report->generation = done.generation;
	return 0;
}

/* Where the version that is not in force spoils it, it is left out. */
static int bring_all(struct round *round, struct err *err)
{
	size_t certain = round->wanted.n_trees;
	int r;

	want_others(round);
	r = bring(round, err);
	if (r < 0 && r != -EAGAIN && round->wanted.n_trees > certain) {
		round->wanted.n_trees = certain;
		r = bring(round, err);
	}
	return r;
}

static struct facts facts;
static struct plan plan;

static int prune_template(void *data, struct err *err)
{
	const struct contract_tree *tree = data;
	int template = ns_open_template(tree->namespace_path, tree->namespace_ino, err);
	int entered;
	int r = template <0 ? template : ns_enter(template, 1, &entered, err);

	return r < 0 ? r : run_plan(&plan, err);
}

static int prune_all(const struct conf *conf, struct err *err)
{
	static struct contract contract;
	int r;

	facts_init(&facts);
	r = mounts_find_pruned(conf, &facts, err);
	if (r < 0 || facts.n_pruned == 0)
		return r;
	r = policy_live_contract(&contract, err);
	if (r == 1)
		r = view_prune_plan(&facts, &plan, err);
	for (size_t i = 0; r == 0 && i < contract.n_trees; i++)
		r = apart_do(prune_template, &contract.trees[i], err);
	return r;
}

int round_perform(const struct conf *conf, int inotify, bool prune, struct round_report *report,
		  struct err *err)
{
	static struct round round;
	int r;

	round = (struct round){ .conf = conf,
				.arch = arch_native(),
				.inotify = inotify,
				.report = report,
				.watches = shared_pages(sizeof(struct watch) * ROUND_TREES_MAX) };
	if (!round.watches)
		return err_set(err, errno, "cannot look at the trees");
	report->renewed = report->restored = false;
	report->generation = 0;
	r = learn(&round, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < report->n_trees; i++)
		look_at(&round, i);
	keep_others(&round);
	r = bring_all(&round, err);
	if (r == 0 && prune)
		r = prune_all(conf, err);
	if (r == 0) {
		r = disable_older(TIDY_MS, err);
		report->older = r > 0 ? (unsigned)r : 0;
	}
	return r < 0 ? r : 0;
}
