/* SPDX-License-Identifier: MIT */
/* Brings the handler from what stands to what is wanted, and keeps what cannot be replaced. */
#include "handler/round.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/array.h"
#include "check/owners.h"
#include "core/arch.h"
#include "core/conf.h"
#include "core/contract.h"
#include "core/err.h"
#include "core/facts.h"
#include "core/plan.h"
#include "core/str.h"
#include "core/tree_conf.h"
#include "core/view_host.h"
#include "handler/admission.h"
#include "handler/disable.h"
#include "handler/enable.h"
#include "handler/entries.h"
#include "handler/fingerprint.h"
#include "handler/generation.h"
#include "handler/lock.h"
#include "handler/mounts.h"
#include "handler/policy.h"
#include "handler/runtimes.h"
#include "handler/said.h"
#include "handler/starts.h"
#include "handler/watch.h"
#include "sys/apart.h"
#include "sys/fd.h"
#include "sys/ns.h"
#include "sys/run.h"

enum {
	WATCH_MS = 5000,      /* a tree that has not answered by then is away */
	WATCH_AGAIN_MS = 200, /* one that was away the last time */
	ADMIT_MS = 60 * 1000, /* reads the modes of a whole tree, perhaps over a network */
	OLDER_MS = 1000	      /* how long the files of what was replaced stay at least */
};

struct round {
	const struct conf *conf;
	const struct arch *arch;
	int inotify;
	struct round_report *report;
	struct watch *watches; /* of the configured trees; shared with children */
	bool live, stale;      /* standing is in force; but its fingerprint has changed */
	unsigned newest;       /* generation that has a folder */
	struct contract standing, wanted;
};

struct watching {
	const struct conf *conf;
	const char *wanted;
	const struct arch *arch;
	int inotify;
	struct watch *ret; /* shared */
};

static void watch_way(const char *path, void *ctx)
{
	watch_rights(path, *(const int *)ctx);
}

static int watch(struct err *err, void *ctx)
{
	const struct watching *watching = ctx;
	struct watch *found = watching->ret;
	struct tree_conf said;
	int inotify = watching->inotify;
	int r = watch_tree(watching->wanted, watching->inotify, watching->ret, err);

	if (r < 0)
		return r;
	watch_tree_conf(found->path, inotify);
	r = said_of_tree(watching->conf, found->path, &said, err);
	if (r < 0)
		return r;
	found->programs = said.programs;
	found->start = said.start;
	/* also of a tree that stands: somebody may have let others write to it since */
	owners_each_way(found->path, watching->arch, watch_way, &inotify);
	return owners_check_ways(found->path, watching->arch, err);
}

struct admission {
	const struct conf *conf;
	const char *path;
	const struct arch *arch;
	struct contract_tree *ret; /* shared */
};

static int admit(struct err *err, void *ctx)
{
	const struct admission *admission = ctx;
	int r = admission_check(admission->path, admission->arch, err);

	if (r < 0)
		return r;
	r = admission_contract(admission->path, admission->arch, admission->ret, err);
	return r < 0 ? r : runtimes_provide(admission->conf, admission->arch, admission->ret, err);
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
	size_t n = strlen(why), most = sizeof(tree->why) - 1;

	(void)str_copy_bytes(tree->why, sizeof(tree->why), why, n < most ? n : most);
}

static int push(struct round *round, const struct contract_tree *tree, struct err *err)
{
	if (find(&round->wanted, tree->path))
		return 0;
	if (round->wanted.n_trees == CONTRACT_TREES_MAX)
		return err_say(err, E2BIG, "more than %d trees", CONTRACT_TREES_MAX);
	round->wanted.trees[round->wanted.n_trees++] = *tree;
	return 0;
}

static int push_new(struct round *round, const char *path, struct err *err)
{
	struct contract_tree *tree = shared_pages(sizeof(*tree));
	struct admission admission = {
		.conf = round->conf, .path = path, .arch = round->arch, .ret = tree
	};
	int r;

	if (!tree)
		return err_set(err, errno, "cannot verify %s", path);
	r = apart_do_within(admit, &admission, ADMIT_MS, err);
	if (r == 0) {
		tree->flags |= CONTRACT_TREE_FOLLOWED;
		r = push(round, tree, err);
	}
	(void)munmap(tree, sizeof(*tree)); /* cannot fail */
	return r;
}

static const struct tree_conf nothing_said;

/* True if a tree runs as it is to run now, or nobody has looked. */
static bool runs_so(const struct contract_tree *stands, const struct tree_conf *said)
{
	return said->programs == PROGRAMS_UNSAID ||
	       ((said->programs == PROGRAMS_HOST) == ((stands->flags & CONTRACT_TREE_HOST) != 0) &&
		(uint32_t)said->start == stands->start);
}

/* A tree that stands, and is the same directory still, goes on with its template, unless what
 * templates are made from has changed, or what it says of itself. Any other has to be admitted
 * first. */
static int want(struct round *round, const struct place *place, const char *path,
		const struct tree_conf *said, struct err *err)
{
	const struct contract_tree *stands = find(&round->standing, path);

	if (stands && contract_tree_is(stands, place) && runs_so(stands, said) && !round->stale &&
	    str_eq(stands->arch, round->arch->name) && runtimes_stand(stands) &&
	    starts_stand(stands))
		return push(round, stands, err);
	return push_new(round, path, err);
}

/* What stood for a tree stays while it cannot be replaced. */
static void keep(struct round *round, struct round_tree *tree)
{
	const struct contract_tree *stands = find(&round->standing, tree->path);

	if (!stands || push(round, stands, NULL) < 0)
		tree->path[0] = '\0';
}

/* Where a configured tree leads now; what is known of it. */
static int watch_configured(struct round *round, size_t i, struct err *err)
{
	struct round_tree *tree = &round->report->trees[i];
	struct watch *now = &round->watches[i];
	struct watching watching = { round->conf, tree->wanted, round->arch, round->inotify, now };
	int r = apart_do_within(watch, &watching, tree->away ? WATCH_AGAIN_MS : WATCH_MS, err);

	tree->away = r == -ETIMEDOUT;
	if (tree->away)
		(void)err_say(err, ETIMEDOUT, "it does not answer");
	if (!tree->away || now->kind != WATCH_NOTHING)
		tree->watch = now->kind;
	else if (tree->watch == WATCH_NOTHING)
		tree->watch = WATCH_POLL;
	if (r < 0)
		now->path[0] = '\0';
	return r;
}

static bool is_refused(const struct round_refused *refused, const struct round_refused *version)
{
	return refused->dev == version->dev && refused->ino == version->ino &&
	       refused->changed == version->changed;
}

static int want_watched(struct round *round, size_t i, struct err *err)
{
	const struct watch *watch = &round->watches[i];
	const struct place place = { .dev = watch->dev, .ino = watch->ino };
	const struct tree_conf said = { watch->programs, watch->start };
	int r = want(round, &place, watch->path, &said, err);

	if (r < 0)
		round->report->trees[i].refused =
			(struct round_refused){ watch->dev, watch->ino, watch->changed };
	return r;
}

static void follow(struct round *round, size_t i)
{
	struct round_tree *tree = &round->report->trees[i];
	const struct watch *watch = &round->watches[i];
	struct err err = { 0 };
	int r = watch_configured(round, i, &err);

	if (r == 0)
		r = want_watched(round, i, &err);
	explain(tree, r < 0 ? err.text : "");
	if (r < 0)
		keep(round, tree);
	else
		(void)str_copy(tree->path, sizeof(tree->path), watch->path); /* as large */
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
	const struct place place = { .dev = tree->dev, .ino = tree->ino };
	int r = want(round, &place, tree->path, &nothing_said, NULL);

	if (r < 0)
		return r;
	/* it may be configured as well */
	if (!(tree->flags & CONTRACT_TREE_FOLLOWED))
		find(&round->wanted, tree->path)->flags &= ~(uint32_t)CONTRACT_TREE_FOLLOWED;
	return 0;
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
			(void)push(round, tree, NULL); /* above the limit it cannot be kept */
	}
}

static void want_other(struct round *round, const struct watch *watch, struct round_tree *tree)
{
	const struct place place = { .dev = watch->other_dev, .ino = watch->other_ino };
	const struct round_refused version = { place.dev, place.ino, watch->other_changed };

	if (is_refused(&tree->refused, &version) || is_refused(&tree->other, &version))
		return;
	if (want(round, &place, watch->other, &nothing_said, NULL) < 0)
		tree->other = version;
}

/* Wants the version that `current` has not reached yet, or has just left, so that its template
 * stands before the link is replaced. If it is not fit, that is said when it becomes current; till
 * then it is not admitted again and again, which would hold up what is current. */
static void want_others(struct round *round)
{
	for (size_t i = 0; i < round->report->n_trees; i++) {
		const struct watch *watch = &round->watches[i];

		if (watch->path[0] && watch->other[0] && !find(&round->wanted, watch->other))
			want_other(round, watch, &round->report->trees[i]);
	}
}

/* True if the contract that stands has all that is wanted, and nothing else. */
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
	/* a contract of another program version cannot be read and is replaced */
	round->live = r == 1 && round->standing.generation == round->newest;
	if (!round->live)
		memset(&round->standing, 0, sizeof(round->standing));
	round->stale = round->live && !generation_is_from(round->standing.generation, fingerprint);
	return 0;
}

/* The generation that stands is the right one: are its entries there? */
static int bring_entries(struct round *round, struct err *err)
{
	unsigned generation = round->standing.generation;
	int r = entries_stand(round->conf, generation, err);

	round->report->generation = generation;
	if (r < 0)
		return r;
	round->report->restored = r == 0;
	return r == 0 ? entries_restore(round->conf, generation, err) : 0;
}

static int bring(struct round *round, struct err *err)
{
	const struct enable_request request = { .conf = round->conf, .arch = round->arch };
	struct enable_report done;
	int r;

	if (round->wanted.n_trees == 0)
		return round->live ? disable_all(LOCK_SERVICE_MS, &round->report->kept, err) : 0;
	if (is_enough(round))
		return bring_entries(round, err);
	r = enable_renew(&request, &round->wanted, round->newest, &done, err);
	if (r < 0)
		return r;
	round->report->renewed = true;
	round->report->generation = done.generation;
	return 0;
}

/* If that fails with the versions that are not in force, it is tried without them. */
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

/* What a template is to be pruned by; large. */
struct pruning {
	struct facts facts;
	struct plan plan;
	struct contract contract;
	const struct contract_tree *tree;
};

static int prune_template(struct err *err, void *ctx)
{
	const struct pruning *pruning = ctx;
	const struct contract_tree *tree = pruning->tree;
	FD_CLEANUP int namespace_fd =
		ns_open_template(tree->namespace_path, tree->namespace_ino, err);
	int entered, r;

	if (namespace_fd < 0)
		return namespace_fd;
	r = ns_enter(namespace_fd, 1, &entered, err);
	if (r < 0)
		return r;
	return run_plan(&pruning->plan, err);
}

static int prune_all(const struct conf *conf, struct err *err)
{
	ARRAY_FREE struct pruning *pruning = malloc(sizeof(*pruning));
	int r;

	if (!pruning)
		return err_set(err, ENOMEM, "cannot prune templates");
	facts_init(&pruning->facts);
	r = mounts_find_pruned(conf, &pruning->facts, err);
	if (r < 0 || pruning->facts.n_pruned == 0)
		return r;
	r = policy_live_contract(&pruning->contract, err);
	if (r <= 0)
		return r;
	r = view_prune_plan(&pruning->facts, &pruning->plan, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < pruning->contract.n_trees; i++) {
		pruning->tree = &pruning->contract.trees[i];
		r = apart_do(prune_template, pruning, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int perform(struct round *round, enum round_flags flags, struct err *err)
{
	int r = learn(round, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < round->report->n_trees; i++)
		follow(round, i);
	keep_others(round);
	r = bring_all(round, err);
	if (r < 0)
		return r;
	if (flags & ROUND_PRUNE) {
		r = prune_all(round->conf, err);
		if (r < 0)
			return r;
	}
	round->report->older = 0;
	r = disable_older(OLDER_MS, &round->report->kept, err);
	if (r < 0)
		return r;
	round->report->older = (unsigned)r;
	return 0;
}

int round_perform(const struct conf *conf, int inotify, enum round_flags flags,
		  struct round_report *report, struct err *err)
{
	ARRAY_FREE struct round *round = calloc(1, sizeof(*round));

	if (!round)
		return err_set(err, ENOMEM, "cannot look at the trees");
	round->conf = conf;
	round->arch = arch_native();
	round->inotify = inotify;
	round->report = report;
	/* never unmapped: the process ends with the round */
	round->watches = shared_pages(sizeof(struct watch) * ROUND_TREES_MAX);
	if (!round->watches)
		return err_set(err, errno, "cannot look at the trees");
	report->renewed = report->restored = false;
	report->generation = 0;
	return perform(round, flags, err);
}
