/* SPDX-License-Identifier: MIT */
/* Enables trees: the order of the steps, each undone if a later one fails. */
#include "handler/enable.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "core/arch.h"
#include "core/conf.h"
#include "core/contract.h"
#include "core/err.h"
#include "core/python_minors.h"
#include "core/rule.h"
#include "core/str.h"
#include "handler/admission.h"
#include "handler/entries.h"
#include "handler/fingerprint.h"
#include "handler/foreign.h"
#include "handler/generation.h"
#include "handler/legacy.h"
#include "handler/lock.h"
#include "handler/rehearsal.h"
#include "handler/runtimes.h"
#include "handler/runtimes_unused.h"
#include "handler/selftest.h"
#include "handler/starts.h"
#include "sys/binfmt.h"
#include "sys/fd.h"
#include "sys/tree.h"

enum { ORDINARY_USER = 65534, OLDER_MS = 20, OLDER_TRIES = 50 };

struct enabling {
	const struct conf *conf;
	const struct arch *arch;
	int instance;		      /* binfmt_misc */
	int lock;		      /* held from begin to end */
	unsigned generation;	      /* the new one */
	struct contract contract;     /* what it promises */
	struct python_minors several; /* that its trees have side by side */
	struct rule rules[ENTRIES_MAX];
	size_t n_rules;
	unsigned made; /* bit i: tree i has a new template */
	bool renewing; /* the rules are like those in force: only new templates are tried */
	struct enable_report *report;
};

static void end(struct enabling **enabling)
{
	struct enabling *e = *enabling;

	if (!e)
		return;
	lock_give_back(&e->lock);
	fd_close(&e->instance);
	free(e);
}

#define ENABLING_CLEANUP __attribute__((cleanup(end)))

static int begin(const struct enable_request *request, unsigned ms, struct enable_report *report,
		 struct enabling **ret, struct err *err)
{
	ENABLING_CLEANUP struct enabling *e = calloc(1, sizeof(*e));

	memset(report, 0, sizeof(*report));
	if (!e)
		return err_set(err, ENOMEM, "cannot enable trees");
	e->conf = request->conf;
	e->arch = request->arch;
	e->report = report;
	e->lock = -1;
	e->instance = binfmt_open(true, err);
	if (e->instance < 0)
		return e->instance;
	e->lock = lock_take(ms, err);
	if (e->lock < 0)
		return e->lock;
	*ret = e;
	e = NULL;
	return 0;
}

static int check_is_new(const struct contract *contract, const char *tree, struct err *err)
{
	for (size_t i = 0; i < contract->n_trees; i++) {
		if (str_eq(contract->trees[i].path, tree))
			return err_say(err, EEXIST,
				       "%s is enabled already (for %s) (Hint: 'busypy status' "
				       "shows it; 'busypy disable' takes it back)",
				       tree, contract->trees[i].arch);
		if (path_below(tree, contract->trees[i].path) ||
		    path_below(contract->trees[i].path, tree))
			return err_say(err, EINVAL, "%s and %s lie in one another", tree,
				       contract->trees[i].path);
	}
	if (contract->n_trees == CONTRACT_TREES_MAX)
		return err_say(err, E2BIG, "more than %d trees", CONTRACT_TREES_MAX);
	return 0;
}

static int add_tree(struct enabling *e, const char *tree, struct err *err)
{
	struct contract *contract = &e->contract;
	int r = check_is_new(contract, tree, err);

	if (r < 0)
		return r;
	r = admission_check(tree, e->arch, err);
	if (r < 0)
		return r;
	r = admission_contract(tree, e->arch, &contract->trees[contract->n_trees], err);
	if (r < 0)
		return r;
	contract->n_trees++;
	return 0;
}

/* The highest generation that anything is left of, and whether the kernel has entries of it. */
static int newest_generation(const struct enabling *e, unsigned *ret_newest, bool *ret_live,
			     struct err *err)
{
	ARRAY_FREE struct rule *present = NULL;
	unsigned generations[GENERATION_MAX], owner, newest = 0;
	int folders = generation_list(generations, err), entries;
	bool live = false;

	if (folders < 0)
		return folders;
	entries = entries_list(e->instance, &present, err);
	if (entries < 0)
		return entries;
	if (folders > 0)
		newest = generations[folders - 1];
	for (int i = 0; i < entries; i++) {
		if (!entries_own(present[i].name, &owner) || owner < newest)
			continue;
		live = folders > 0 && owner == generations[folders - 1];
		newest = owner;
	}
	*ret_newest = newest;
	*ret_live = live;
	return 0;
}

/* Starts from the trees that are enabled now, if any. */
static int collect_trees(struct enabling *e, const struct enable_request *request, struct err *err)
{
	struct contract *contract = &e->contract;
	unsigned newest;
	bool live;
	int r = newest_generation(e, &newest, &live, err);

	if (r < 0)
		return r;
	e->generation = newest + 1;
	/* Without entries (somebody wiped them) or contract (an enabling was killed) nothing is
	 * enabled: what is left is replaced. */
	if (!live || generation_read(newest, contract, NULL) < 0)
		memset(contract, 0, sizeof(*contract));
	for (size_t i = 0; i < contract->n_trees; i++)
		contract->trees[i].namespace_ino = 0; /* made anew */
	for (size_t i = 0; i < request->n_trees; i++) {
		r = add_tree(e, request->trees[i], err);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < contract->n_trees; i++) {
		if (!str_eq(contract->trees[i].arch, e->arch->name))
			return err_say(err, EINVAL,
				       "%s is enabled for %s (Hint: one machine has one arch: "
				       "'busypy disable' first)",
				       contract->trees[i].path, contract->trees[i].arch);
		r = runtimes_provide(e->conf, e->arch, &contract->trees[i], err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Runs the self-tests of the trees with a new template, in one way. */
static int try_trees(const struct enabling *e, enum selftest_how how, unsigned uid, struct err *err)
{
	for (size_t i = 0; i < e->contract.n_trees; i++) {
		const struct contract_tree *tree = &e->contract.trees[i];
		const struct selftest test = { .tree = tree->path,
					       .arch = e->arch,
					       .how = how,
					       .view = tree->namespace_path,
					       .view_ino = tree->namespace_ino,
					       .uid = uid };
		int r = e->made & (1U << i) ? selftest_run(&test, err) : 0;

		if (r < 0)
			return r;
	}
	return 0;
}

static void note(char *dst, size_t size, const struct err *why)
{
	(void)str_copy_bytes(dst, size, why->text, strnlen(why->text, size - 1));
}

static int rehearse(struct enabling *e, struct err *err)
{
	const struct rehearsal rehearsal = { .contract = &e->contract,
					     .rules = e->rules,
					     .n_rules = e->n_rules,
					     .which = e->made,
					     .instance = e->instance };
	struct enable_report *report = e->report;
	struct err why = { 0 };
	int r;

	if (e->renewing)
		return try_trees(e, SELFTEST_TEMPLATE, 0, err);
	r = rehearsal_run(&rehearsal, &why);
	report->rehearsed = r == 0;
	if (r == 0)
		return 0;
	if (r != -ECANCELED)
		return err_say(err, -r, "rehearsal: %s", why.text);
	note(report->not_rehearsed, sizeof(report->not_rehearsed), &why);
	return try_trees(e, SELFTEST_TEMPLATE, 0, err);
}

/* An ordinary user may be unable to reach the tree, or not exist here: that is worth a word, but
 * what such a user would get is an error, not a wrong interpreter. */
static int try_live(struct enabling *e, struct err *err)
{
	struct enable_report *report = e->report;
	struct err why = { 0 };
	int r = try_trees(e, SELFTEST_EXEC, 0, err);

	if (r < 0)
		return r;
	report->tested_as_user = try_trees(e, SELFTEST_EXEC, ORDINARY_USER, &why) == 0;
	note(report->not_as_user, sizeof(report->not_as_user), &why);
	return 0;
}

/* With the generation made. */
static int register_and_try(struct enabling *e, struct err *err)
{
	int r = rehearse(e, err);

	if (r < 0)
		return r;
	r = entries_register(e->instance, e->rules, e->n_rules, err);
	if (r < 0)
		return r;
	r = try_live(e, err);
	if (r < 0)
		return r;
	return entries_write_binfmt_d(e->rules, e->n_rules, err);
}

/* Takes away the entries of what the new generation replaces, but not the files, which those who
 * are just entering still need. */
static void retire_others(const struct enabling *e)
{
	entries_remove_but(e->instance, e->generation);
	legacy_drop();
}

static int go_live(struct enabling *e, struct err *err)
{
	int r;

	for (size_t i = 0; i < e->contract.n_trees; i++)
		e->made |= e->contract.trees[i].namespace_ino ? 0 : 1U << i;
	r = generation_make(e->conf, e->generation, &e->several, &e->contract, err);
	if (r < 0)
		return r;
	r = starts_provide(e->conf, &e->contract, err);
	if (r == 0)
		r = generation_complete(e->generation, &e->contract, err);
	if (r == 0)
		r = register_and_try(e, err);
	if (r < 0) {
		entries_remove(e->instance, e->generation);
		(void)generation_drop(e->generation, NULL); /* the reason is in err */
		return r;
	}
	retire_others(e);
	return 0;
}

static int add_pythons(struct enabling *e, const struct python_minors *some, const char *of,
		       struct err *err)
{
	for (size_t i = 0; i < some->n; i++) {
		if (python_minors_add(&e->several, some->minor[i]) < 0)
			return err_say(err, E2BIG,
				       "%s: all trees together have more than %d Pythons side by "
				       "side",
				       of, PYTHON_MINORS_MAX);
	}
	return 0;
}

/* Those of the trees with a new template; what is kept is not looked at, and what it has is what
 * stood before. */
static int collect_pythons(struct enabling *e, struct err *err)
{
	const struct contract *contract = &e->contract;
	struct python_minors some;
	bool kept = false;
	int r = 0;

	for (size_t i = 0; r == 0 && i < contract->n_trees; i++) {
		kept = kept || contract->trees[i].namespace_ino;
		if (contract->trees[i].namespace_ino)
			continue;
		tree_several(contract->trees[i].path, &some);
		r = add_pythons(e, &some, contract->trees[i].path, err);
	}
	if (r < 0)
		return r;
	generation_pythons(e->generation - 1, &some);
	if (kept)
		r = add_pythons(e, &some, "what is enabled", err);
	python_minors_sort(&e->several);
	/* other entries: they are rehearsed */
	e->renewing = e->renewing && memcmp(&some, &e->several, sizeof(some)) == 0;
	return r;
}

static int prepare(struct enabling *e, struct err *err)
{
	int r = entries_make(e->conf, e->generation, &e->several, e->rules, err);

	if (r < 0)
		return r;
	e->n_rules = (size_t)r;
	r = foreign_check_arch(e->instance, e->arch, err);
	if (r < 0)
		return r;
	return foreign_check_rules(e->instance, e->rules, e->n_rules, err);
}

/* With the trees in the contract, and the lock held. */
static int perform(struct enabling *e, struct err *err)
{
	bool made = false;
	int r = collect_pythons(e, err);

	if (r < 0)
		return r;
	r = prepare(e, err);
	if (r < 0)
		return r;
	r = generation_root_make(&made, err);
	if (r < 0)
		return r;
	r = go_live(e, err);
	if (r < 0) {
		if (made)
			(void)generation_root_drop(NULL); /* the reason is in err */
		return r;
	}
	e->report->generation = e->generation;
	e->report->n_trees = e->contract.n_trees;
	e->report->n_rules = e->n_rules;
	return 0;
}

int enable_trees(const struct enable_request *request, struct enable_report *ret, struct err *err)
{
	ENABLING_CLEANUP struct enabling *e = NULL;
	int r = begin(request, LOCK_MS, ret, &e, err);

	if (r < 0)
		return r;
	r = collect_trees(e, request, err);
	if (r == 0)
		r = perform(e, err);
	if (r < 0) {
		(void)runtimes_unused_drop(NULL); /* the reason is in err */
		return r;
	}
	/* whoever is just entering by an older generation gets a moment to finish */
	for (int i = 0; i < OLDER_TRIES && generation_drop_older(OLDER_MS) > 0; i++)
		(void)poll(NULL, 0, OLDER_MS);
	(void)runtimes_unused_drop(NULL); /* what stays goes another time */
	(void)starts_unused_drop(NULL);
	return 0;
}

int enable_renew(const struct enable_request *request, const struct contract *wanted,
		 unsigned expected, struct enable_report *ret, struct err *err)
{
	ENABLING_CLEANUP struct enabling *e = NULL;
	char fingerprint[FINGERPRINT_SIZE];
	unsigned newest;
	bool live;
	int r = begin(request, LOCK_SERVICE_MS, ret, &e, err);

	if (r < 0)
		return r;
	r = newest_generation(e, &newest, &live, err);
	if (r < 0)
		return r;
	if (live && newest != expected)
		return err_say(err, EAGAIN, "somebody else has enabled trees meanwhile");
	r = fingerprint_now(request->conf, fingerprint, err);
	if (r < 0)
		return r;
	e->renewing = live && generation_is_from(newest, fingerprint);
	e->generation = newest + 1;
	e->contract = *wanted;
	return perform(e, err);
}
