/* SPDX-License-Identifier: MIT */
/* The order of steps of enabling, each undone if a later one fails. */
#include "handler/enable.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/arch.h"
#include "core/conf.h"
#include "core/contract.h"
#include "core/err.h"
#include "core/rule.h"
#include "core/str.h"
#include "handler/admission.h"
#include "handler/fingerprint.h"
#include "handler/foreign.h"
#include "handler/generation.h"
#include "handler/lock.h"
#include "handler/rehearsal.h"
#include "handler/selftest.h"
#include "sys/binfmt.h"
#include "sys/fd.h"
#include "sys/tree.h"

enum { PRESENT_MAX = 512, ORDINARY_USER = 65534 };

struct enabling {
	const struct conf *conf;
	const struct arch *arch;
	int instance;		  /* binfmt_misc */
	unsigned generation;	  /* the new one */
	struct contract contract; /* what it promises */
	struct rule rules[HANDLER_RULES_MAX];
	size_t n_rules;
	unsigned made; /* bit i: tree i has a new template */
	bool renewing; /* rules like those that stand: only trees without a template are tried */
	struct handler_report *report;
};

enum { AGE_CLI_MS = 20 };

bool handler_owns(const char *name, unsigned *ret_generation)
{
	char number[16];
	uint64_t value;
	size_t n;

	if (!str_starts(name, "busypy-"))
		return false;
	n = strcspn(name + 7, "-");
	if (!name[7 + n] || str_copy_bytes(number, sizeof(number), name + 7, n) < 0 ||
	    str_to_u64(number, 10, &value) < 0 || value > UINT32_MAX)
		return false;
	*ret_generation = (unsigned)value;
	return true;
}

int handler_rules(const struct conf *conf, unsigned generation, struct rule *ret, struct err *err)
{
	char loader[GENERATION_PATH_MAX];
	int n = 0;

	generation_path(generation, "loader", loader);
	for (size_t i = 0; i < conf->n_interpreters; i++) {
		for (size_t j = 0; j < RULE_FORMS; j++) {
			int r = rule_make(&ret[n], generation, conf->interpreters[i], j,
					  conf->match_marker, loader);

			if (r == -ENOENT)
				continue;
			if (r < 0)
				return err_say(err, -r, "interpreter %s: the name is too long",
					       conf->interpreters[i]);
			n++;
		}
	}
	return n;
}

static int add_tree(struct enabling *e, const char *tree, struct err *err)
{
	struct contract *contract = &e->contract;
	int r;

	for (size_t i = 0; i < contract->n_trees; i++) {
		if (str_eq(contract->trees[i].path, tree))
			return err_hint(err,
					err_say(err, EEXIST, "%s is enabled already (for %s)", tree,
						contract->trees[i].arch),
					"'busypy status' shows it; 'busypy disable' takes it back");
		if (path_below(tree, contract->trees[i].path) ||
		    path_below(contract->trees[i].path, tree))
			return err_say(err, EINVAL, "%s and %s lie in one another", tree,
				       contract->trees[i].path);
	}
	if (contract->n_trees == CONTRACT_TREES_MAX)
		return err_say(err, E2BIG, "more than %d trees", CONTRACT_TREES_MAX);
	r = tree_verify(tree, e->arch, err);
	if (r == 0)
		r = tree_contract(tree, e->arch, &contract->trees[contract->n_trees], err);
	if (r == 0)
		contract->n_trees++;
	return r;
}

/* The highest generation that anything is left of, and whether the kernel has entries of it. */
static int newest_generation(const struct enabling *e, unsigned *ret_newest, bool *ret_live,
			     struct err *err)
{
	static struct rule present[PRESENT_MAX];
	unsigned generations[GENERATION_MAX], owner, newest = 0;
	int folders = generation_list(generations, err);
	int entries = binfmt_list(e->instance, present, PRESENT_MAX, err);
	bool live = false;

	if (folders < 0 || entries < 0)
		return folders < 0 ? folders : entries;
	if (folders > 0)
		newest = generations[folders - 1];
	for (int i = 0; i < entries; i++) {
		if (!handler_owns(present[i].name, &owner) || owner < newest)
			continue;
		live = folders > 0 && owner == generations[folders - 1];
		newest = owner;
	}
	*ret_newest = newest;
	*ret_live = live;
	return 0;
}

/* Starts from the trees that are enabled now, if any. */
static int collect_trees(struct enabling *e, char *const *trees, size_t n, struct err *err)
{
	unsigned newest;
	bool live;
	int r = newest_generation(e, &newest, &live, err);

	if (r < 0)
		return r;
	e->generation = newest + 1;
	/* Without entries (somebody wiped them) or contract (an enabling was killed) nothing is
	 * enabled: what is left is replaced. */
	if (!live || generation_read(newest, &e->contract, NULL) < 0)
		memset(&e->contract, 0, sizeof(e->contract));
	for (size_t i = 0; i < e->contract.n_trees; i++)
		e->contract.trees[i].namespace_ino = 0; /* made anew */
	for (size_t i = 0; r == 0 && i < n; i++)
		r = add_tree(e, trees[i], err);
	for (size_t i = 0; r == 0 && i < e->contract.n_trees; i++) {
		if (!str_eq(e->contract.trees[i].arch, e->arch->name))
			r = err_hint(err,
				     err_say(err, EINVAL, "%s is enabled for %s",
					     e->contract.trees[i].path, e->contract.trees[i].arch),
				     "one machine has one arch: 'busypy disable' first");
	}
	return r;
}

/* The loader's own part of the self-test, in the templates that are new. */
static int test_templates(const struct enabling *e, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < e->contract.n_trees; i++) {
		const struct contract_tree *tree = &e->contract.trees[i];

		if (e->made & (1U << i))
			r = selftest_run(&(struct selftest){ .tree = tree->path,
							     .arch = e->arch,
							     .how = SELFTEST_TEMPLATE,
							     .template = tree->namespace_path,
							     .template_ino = tree->namespace_ino },
					 err);
	}
	return r;
}

static int rehearse_or_note(struct enabling *e, struct err *err)
{
	struct err why = { 0 };
	int r;

	if (e->renewing)
		return test_templates(e, err);
	r = rehearse(&(struct rehearsal){ .contract = &e->contract,
					  .rules = e->rules,
					  .n_rules = e->n_rules,
					  .which = e->made,
					  .instance = e->instance },
		     &why);
	if (r != -ECANCELED) {
		e->report->rehearsed = r == 0;
		return r == 0 ? 0 : err_say(err, -r, "rehearsal: %s", why.text);
	}
	(void)str_copy_bytes(e->report->not_rehearsed, sizeof(e->report->not_rehearsed), why.text,
			     strnlen(why.text, sizeof(e->report->not_rehearsed) - 1));
	return test_templates(e, err);
}

static void unregister(const struct enabling *e, unsigned generation)
{
	static struct rule present[PRESENT_MAX];
	int n = binfmt_list(e->instance, present, PRESENT_MAX, NULL);
	unsigned owner;

	for (int i = 0; i < n; i++) {
		/* on the way back there is nothing better to do than to go on */
		if (handler_owns(present[i].name, &owner) && owner == generation)
			(void)binfmt_remove(e->instance, present[i].name, NULL);
	}
}

static int read_back(const struct enabling *e, const struct rule *rule, struct err *err)
{
	struct rule seen;
	int r = binfmt_read(e->instance, rule->name, &seen, err);

	if (r < 0)
		return r;
	if (!seen.enabled || seen.size != rule->size || seen.offset != rule->offset ||
	    memcmp(seen.magic, rule->magic, rule->size) != 0 ||
	    !str_eq(seen.interpreter, rule->interpreter) || !strchr(seen.flags, 'P') ||
	    !strchr(seen.flags, 'O') || !strchr(seen.flags, 'F') || strchr(seen.flags, 'C'))
		return err_say(err, EPROTO, "handler entry %s reads back differently", rule->name);
	return 0;
}

static int register_all(const struct enabling *e, struct err *err)
{
	int r = 0;

	/* a later entry is asked first: the commonest ending comes last */
	for (size_t i = e->n_rules; r == 0 && i > 0; i--) {
		r = binfmt_register(e->instance, &e->rules[i - 1], err);
		if (r == 0)
			r = read_back(e, &e->rules[i - 1], err);
	}
	return r;
}

static int test_as(struct enabling *e, unsigned uid, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < e->contract.n_trees; i++) {
		if (e->made & (1U << i))
			r = selftest_run(&(struct selftest){ .tree = e->contract.trees[i].path,
							     .arch = e->arch,
							     .how = SELFTEST_EXEC,
							     .uid = uid },
					 err);
	}
	return r;
}

/* An ordinary user may be unable to reach the tree, or not exist here: that is worth a word, but
 * what such a user would get is an error, not a wrong interpreter. */
static int test_all(struct enabling *e, struct err *err)
{
	struct err why = { 0 };
	int r = test_as(e, 0, err);

	if (r < 0)
		return r;
	e->report->tested_as_user = test_as(e, ORDINARY_USER, &why) == 0;
	(void)str_copy_bytes(e->report->not_as_user, sizeof(e->report->not_as_user), why.text,
			     strnlen(why.text, sizeof(e->report->not_as_user) - 1));
	return 0;
}

static int write_binfmt_d(const struct enabling *e, struct err *err)
{
	static const char temporary[] = HANDLER_BINFMT_D ".new";
	FD_CLEANUP int fd = -1;
	char line[RULE_LINE_MAX + 1];
	int r = 0;

	if (mkdir("/run/binfmt.d", 0755) < 0 && errno != EEXIST)
		return err_set(err, errno, "cannot create /run/binfmt.d");
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return err_set(err, errno, "cannot create %s", temporary);
	for (size_t i = e->n_rules; r == 0 && i > 0; i--) {
		r = rule_format(&e->rules[i - 1], line, sizeof(line));
		if (r == 0)
			r = fd_write_all(fd, line, strlen(line));
		if (r == 0)
			r = fd_write_all(fd, "\n", 1);
	}
	if (r < 0)
		return err_set(err, -r, "cannot write %s", temporary);
	if (rename(temporary, HANDLER_BINFMT_D) < 0)
		return err_set(err, errno, "cannot create " HANDLER_BINFMT_D);
	return 0;
}

/* Nobody enters any more by what the new generation replaces; who is on the way in still needs its
 * files. */
static void retire_others(const struct enabling *e)
{
	unsigned generations[GENERATION_MAX];
	int n = generation_list(generations, NULL);

	for (int i = 0; i < n; i++) {
		if (generations[i] != e->generation)
			unregister(e, generations[i]);
	}
}

static bool older_than(unsigned generation, unsigned ms)
{
	char path[GENERATION_PATH_MAX];
	struct timespec now;
	struct stat st;
	long age;

	generation_path(generation, "loader", path);
	if (stat(path, &st) < 0 || clock_gettime(CLOCK_REALTIME, &now) < 0)
		return true;
	age = (now.tv_sec - st.st_mtim.tv_sec) * 1000 +
	      (now.tv_nsec - st.st_mtim.tv_nsec) / 1000000;
	return age < 0 || age >= (long)ms; /* a clock that was set back is no reason to wait */
}

static int tidy(unsigned ms)
{
	unsigned generations[GENERATION_MAX];
	int n = generation_list(generations, NULL), left = 0;

	for (int i = 0; i < n - 1; i++) {
		if (!older_than(generations[i + 1], ms) ||
		    generation_in_use(generations[i], NULL) != 0 ||
		    generation_drop(generations[i], NULL) < 0)
			left++;
	}
	return left;
}

static int go_live(struct enabling *e, struct err *err)
{
	int r;

	for (size_t i = 0; i < e->contract.n_trees; i++)
		e->made |= e->contract.trees[i].namespace_ino ? 0 : 1U << i;
	r = generation_make(e->conf, e->generation, &e->contract, err);
	if (r < 0)
		return r;
	r = rehearse_or_note(e, err);
	if (r == 0)
		r = register_all(e, err);
	if (r == 0)
		r = test_all(e, err);
	if (r == 0)
		r = write_binfmt_d(e, err);
	if (r < 0) {
		unregister(e, e->generation);
		(void)generation_drop(e->generation, NULL); /* the reason is in err */
		return r;
	}
	retire_others(e);
	return 0;
}

static int prepare(struct enabling *e, struct err *err)
{
	int r = handler_rules(e->conf, e->generation, e->rules, err);

	if (r < 0)
		return r;
	e->n_rules = (size_t)r;
	r = others_check_foreign(e->instance, e->arch, err);
	return r < 0 ? r : others_check(e->instance, e->rules, e->n_rules, err);
}

/* With the trees in the contract, and the lock held. */
static int enable(struct enabling *e, struct err *err)
{
	bool made = false;
	int r = prepare(e, err);

	if (r == 0)
		r = generation_root_make(&made, err);
	if (r == 0)
		r = go_live(e, err);
	if (r < 0 && made)
		(void)generation_root_drop(NULL); /* the reason is in err */
	if (r < 0)
		return r;
	e->report->generation = e->generation;
	e->report->n_trees = e->contract.n_trees;
	e->report->n_rules = e->n_rules;
	return 0;
}

int handler_enable(const struct conf *conf, char *const *trees, size_t n_trees,
		   const struct arch *arch, struct handler_report *ret, struct err *err)
{
	static struct enabling e;
	FD_CLEANUP int instance = binfmt_open(true, err);
	HANDLER_LOCK_CLEANUP int lock = -1;
	int r;

	if (instance < 0)
		return instance;
	memset(ret, 0, sizeof(*ret));
	e = (struct enabling){ .conf = conf, .arch = arch, .instance = instance, .report = ret };
	lock = handler_lock(err);
	if (lock < 0)
		return lock;
	r = collect_trees(&e, trees, n_trees, err);
	if (r == 0)
		r = enable(&e, err);
	/* who is just entering by an older generation has a moment for it */
	for (int tries = 0; r == 0 && tries < 50 && tidy(AGE_CLI_MS) > 0; tries++)
		(void)poll(NULL, 0, AGE_CLI_MS);
	return r;
}

int handler_renew(const struct conf *conf, const struct contract *wanted, unsigned expected,
		  const struct arch *arch, struct handler_report *ret, struct err *err)
{
	static struct enabling e;
	FD_CLEANUP int instance = binfmt_open(true, err);
	HANDLER_LOCK_CLEANUP int lock = -1;
	char basis[BASIS_SIZE];
	unsigned newest;
	int r;

	if (instance < 0)
		return instance;
	memset(ret, 0, sizeof(*ret));
	e = (struct enabling){ .conf = conf, .arch = arch, .instance = instance, .report = ret };
	lock = handler_lock(err);
	if (lock < 0)
		return lock;
	r = newest_generation(&e, &newest, &e.renewing, err);
	if (r < 0)
		return r;
	if (e.renewing && newest != expected)
		return err_say(err, EAGAIN, "somebody else has enabled trees meanwhile");
	r = basis_now(conf, basis, err);
	if (r < 0)
		return r;
	e.renewing = e.renewing && basis_is(newest, basis);
	e.generation = newest + 1;
	e.contract = *wanted;
	return enable(&e, err);
}

int handler_stands(const struct conf *conf, unsigned generation, struct err *err)
{
	static struct enabling e;
	FD_CLEANUP int instance = binfmt_open(false, err);
	int n;

	if (instance < 0)
		return instance;
	e = (struct enabling){ .conf = conf, .instance = instance };
	n = handler_rules(conf, generation, e.rules, err);
	for (int i = 0; i < n; i++) {
		if (read_back(&e, &e.rules[i], NULL) < 0)
			return 0;
	}
	return n < 0 ? n : binfmt_enabled(instance) == 1;
}

int handler_restore(const struct conf *conf, unsigned generation, struct err *err)
{
	static struct enabling e;
	FD_CLEANUP int instance = binfmt_open(true, err);
	HANDLER_LOCK_CLEANUP int lock = -1;
	int r;

	if (instance < 0)
		return instance;
	e = (struct enabling){ .conf = conf, .instance = instance, .generation = generation };
	lock = handler_lock(err);
	if (lock < 0)
		return lock;
	r = handler_rules(conf, generation, e.rules, err);
	if (r < 0)
		return r;
	e.n_rules = (size_t)r;
	unregister(&e, generation); /* what is left of it, so that the order is right */
	r = register_all(&e, err);
	return r < 0 ? r : write_binfmt_d(&e, err);
}

int handler_tidy(unsigned ms, struct err *err)
{
	HANDLER_LOCK_CLEANUP int lock = handler_lock(err);

	return lock < 0 ? lock : tidy(ms);
}

static int remove_entries(int instance, struct err *err)
{
	static struct rule present[PRESENT_MAX];
	int n = binfmt_list(instance, present, PRESENT_MAX, err);
	int r = n < 0 ? n : 0, removed = 0;
	unsigned generation;

	for (int i = 0; r == 0 && i < n; i++) {
		if (!handler_owns(present[i].name, &generation))
			continue;
		r = binfmt_remove(instance, present[i].name, err);
		removed = 1;
	}
	return r < 0 ? r : removed;
}

static int drop_generations(struct err *err)
{
	unsigned generations[GENERATION_MAX];
	int n = generation_list(generations, err);
	int r = n < 0 ? n : 0;

	for (int i = 0; r == 0 && i < n; i++)
		r = generation_drop(generations[i], err);
	return r < 0 ? r : n > 0;
}

int handler_disable(struct err *err)
{
	FD_CLEANUP int instance = binfmt_open(true, err);
	HANDLER_LOCK_CLEANUP int lock = -1;
	int removed, dropped, r;

	if (instance < 0)
		return instance;
	lock = handler_lock(err);
	if (lock < 0)
		return lock;
	/* First nobody comes in any more, then what they came in by goes. */
	removed = remove_entries(instance, err);
	if (removed < 0)
		return removed;
	if (unlink(HANDLER_BINFMT_D) < 0 && errno != ENOENT)
		return err_set(err, errno, "cannot remove " HANDLER_BINFMT_D);
	(void)rmdir("/run/binfmt.d"); /* stays if it holds anybody else's file */
	if (access(GENERATION_ROOT, F_OK) < 0)
		return removed;
	dropped = drop_generations(err);
	r = dropped < 0 ? dropped : generation_root_drop(err);
	return r < 0 ? r : removed || dropped;
}
