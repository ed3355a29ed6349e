/* SPDX-License-Identifier: MIT */
/* Our own loader: what it decides, on facts of the process that asks, and the view that it leads
 * to. What it tries is tried in children. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/left_out.h"
#include "base/sysroot.h"
#include "core/arch.h"
#include "core/broken.h"
#include "core/contract.h"
#include "core/env_line.h"
#include "core/err.h"
#include "core/facts.h"
#include "core/path_size.h"
#include "core/plan.h"
#include "core/request.h"
#include "core/rule.h"
#include "core/runtime_layout.h"
#include "core/shebang.h"
#include "core/str.h"
#include "core/tier.h"
#include "core/tree_layout.h"
#include "core/view.h"
#include "explain/parts.h"
#include "explain/replay.h"
#include "explain/words.h"
#include "explain/world.h"
#include "handler/entries.h"
#include "handler/generation.h"
#include "handler/policy.h"
#include "sys/apart.h"
#include "sys/fd.h"
#include "sys/ns.h"
#include "sys/priv.h"
#include "sys/probe.h"
#include "sys/script.h"
#include "sys/tier_probe.h"
#include "sys/view_gather.h"

enum { STATUS_OURS = 125, STATUS_CANNOT_RUN = 126 };

/* What the loader knows when it decides. */
struct decision {
	struct contract contract;
	struct script script;
	struct shebang line;
	struct request request;
	struct priv priv;
	struct tier_facts facts;
	char why[ERR_TEXT_MAX]; /* no better tier can be had */
	char next[PATH_SIZE];	/* what the loader executes, if not what the line names */
	/* the tree's script that the line names, beside the host's programs, and its own line */
	char between[PATH_SIZE];
	struct shebang between_line;
};

/* 1 if a tracer without privilege watches this process, so that files give it no capabilities. */
static bool traced_by_user(void)
{
	const uint64_t may_trace = 1ULL << 19; /* CAP_SYS_PTRACE */
	char text[4096], path[64];
	const char *line;
	uint64_t caps = 0;
	int pid = 0;

	if (fd_read_file(AT_FDCWD, "/proc/self/status", text, sizeof(text)) < 0)
		return false;
	line = strstr(text, "\nTracerPid:");
	if (!line || sscanf(line, "\nTracerPid: %d", &pid) != 1 || pid == 0)
		return false;
	(void)snprintf(path, sizeof(path), "/proc/%d/status", pid);
	if (fd_read_file(AT_FDCWD, path, text, sizeof(text)) < 0)
		return true; /* of another namespace: what it may do there does not count */
	line = strstr(text, "\nCapEff:");
	return !line || sscanf(line, "\nCapEff: %lx", &caps) != 1 || !(caps & may_trace);
}

/* Why enter gives this caller no privilege; NULL if it does. */
static const char *why_no_enter(const struct decision *decision, struct err *err)
{
	switch (priv_gain(&decision->priv, PRIV_ENTER)) {
	case PRIV_NO_NEW_PRIVS:
		return "no_new_privs is set";
	case PRIV_AMBIENT:
		return "the caller has ambient capabilities";
	case PRIV_REDUCED:
		return "the bounding set is reduced";
	case PRIV_GAINED:
		break;
	}
	if (traced_by_user())
		return "the caller is traced";
	return policy_enter(&decision->contract, err) < 0 ? err->text : NULL;
}

/* What becomes of enter, which is not executed here, counts as the loader's own doubt: the tier is
 * the same. */
static void probe_gains(struct decision *decision)
{
	struct err err = { 0 };
	const char *why = why_no_enter(decision, &err);

	decision->facts.gains = why ? TIER_NO : TIER_YES;
	if (why)
		(void)str_copy(decision->why, sizeof(decision->why), why); /* as large */
}

static const char other_namespace[] = "the caller's privilege is over another user namespace";

static int open_template(const struct contract_tree *tree, struct err *err)
{
	return ns_open_template(tree->namespace_path, tree->namespace_ino, err);
}

/* In a child: 1 if the kernel does not let this caller in. */
static int enter_template(struct err *err, void *ctx)
{
	FD_CLEANUP int fd = open_template(ctx, err);
	int entered, r = fd < 0 ? fd : ns_enter(fd, 0, &entered, err);

	return fd >= 0 && r < 0 && !entered ? 1 : r;
}

static int unshare_mounts(struct err *err, void *ctx)
{
	(void)ctx;
	return unshare(CLONE_NEWNS) < 0 ? err_set(err, errno, "cannot unshare the mounts") : 0;
}

static int unshare_user(struct err *err, void *ctx)
{
	(void)ctx;
	return ns_new_user(err);
}

static int map_user(struct err *err, void *ctx)
{
	(void)ctx;
	return ns_unshare_user(err);
}

static int try_template(struct decision *decision, struct err *err)
{
	int r = apart_do(enter_template, (void *)decision->script.tree, err);

	if (r <= 0)
		return r < 0 ? r : 1;
	(void)str_copy(decision->why, sizeof(decision->why), other_namespace);
	return 0;
}

static int try_enter(struct decision *decision, struct err *err)
{
	FD_CLEANUP int fd = open_template(decision->script.tree, err);

	if (fd < 0 || ns_owned(fd) != 0)
		return fd < 0 ? fd : 1;
	(void)str_copy(decision->why, sizeof(decision->why), other_namespace);
	return 0;
}

static int try_user(struct err *err)
{
	int r = apart_do(unshare_user, NULL, err);

	if (r < 0) {
		(void)err_wrap(err, r, "no view can be made for this caller");
		return 0;
	}
	r = apart_do(map_user, NULL, err);
	return r < 0 ? r : 1;
}

/* What perform() in binfmt/loader.c would come to: 1 if the view can be had; 0 if it goes on to the
 * next tier; negative, with the sentence, if it ends. */
static int try_tier(struct decision *decision, enum tier_step step, struct err *err)
{
	switch ((int)step) {
	case TIER_TEMPLATE:
		return try_template(decision, err);
	case TIER_ENTER:
		return try_enter(decision, err);
	case TIER_COMPOSE:
		return apart_do(unshare_mounts, NULL, NULL) == 0;
	case TIER_USER:
		return try_user(err);
	}
	return 1;
}

/* What a way into a view is called; NULL for any other step. */
static const char *tier_name(enum tier_step step)
{
	switch ((int)step) {
	case TIER_TEMPLATE:
	case TIER_ENTER:
		return "template";
	case TIER_COMPOSE:
		return "composed";
	case TIER_USER:
		return "user namespace";
	}
	return NULL;
}

/* Takes the loader's decision, on facts of this very process. Returns the last step, with the
 * sentence if the loader ends with one. */
static enum tier_step decide(struct decision *decision, struct err *err)
{
	const struct tier_subject subject = { &decision->contract, &decision->request,
					      &decision->script, &decision->priv, err };
	struct tier_facts *facts = &decision->facts;

	for (;;) {
		enum tier_step step = tier_next(facts);
		int r;

		if (step == TIER_PROBE_GAINS)
			probe_gains(decision);
		if (step == TIER_PROBE_GAINS || tier_probe(step, &subject, facts))
			continue;
		if (!tier_name(step))
			return step;
		r = try_tier(decision, step, err);
		if (r < 0)
			return TIER_NONE;
		if (r > 0)
			return step;
		facts->failed |= 1U << step;
	}
}

static const char *why_no_template(const struct decision *decision)
{
	if (decision->facts.host_root != TIER_YES)
		return "another root or mount namespace";
	return decision->facts.pinned ? decision->why : "no template is kept for this tree";
}

struct composing {
	struct facts facts;
	struct plan plan;
};

/* What "/" is in the host view, by the plan that the loader would perform. */
static int compose(const struct contract_tree *tree, struct sysroot *ret, struct err *err)
{
	const struct view view = { .kind = VIEW_HOST, .tree = tree->path, .arch = tree->arch };
	ARRAY_FREE struct composing *composing = malloc(sizeof(*composing));
	int r;

	if (!composing)
		return err_set(err, ENOMEM, "cannot follow the view of %s", tree->path);
	r = view_gather(&view, &composing->facts, err);
	if (r < 0)
		return r;
	r = view_plan(&view, &composing->facts, &composing->plan, err);
	if (r < 0)
		return r;
	r = sysroot_from_plan(ret, &composing->plan, "/");
	return r < 0 ? err_set(err, -r, "cannot follow the view of %s", tree->path) : 0;
}

static int enter_view(struct world *world, const struct contract_tree *tree, struct err *err)
{
	struct sysroot *view = malloc(sizeof(*view));
	int r = view ? compose(tree, view, err)
		     : err_set(err, ENOMEM, "cannot follow the view of %s", tree->path);

	if (r < 0) {
		free(view);
		return r;
	}
	free(world->root);
	world->root = view;
	world->in_view = world->by_tree = true;
	return 0;
}

/* Packages of a lock that one arch lacks. */
struct left_out_names {
	const char *arch;
	struct text text;
};

static int note_left_out(const struct left_out *package, void *ctx)
{
	struct left_out_names *names = ctx;

	if (str_eq(package->target, names->arch))
		text_addf(&names->text, "%s%s", names->text.data[0] ? ", " : "", package->name);
	return 0;
}

/* What the script may miss: said below the step that chose its runtime. */
static void tell_left_out(struct world *world, const struct contract_tree *tree)
{
	struct left_out_names names = { .arch = tree->arch };
	char path[PATH_SIZE], list[512];

	text_init(&names.text, list, sizeof(list));
	if (left_out_each(tree->path, note_left_out, &names, NULL) < 0 || !list[0] ||
	    path_join(path, sizeof(path), tree->path, TREE_LOCK) < 0)
		return;
	(void)world_step(world, "lock", path, "left out for %s, which has no wheel: %s%s",
			 tree->arch, list, text_check(&names.text) < 0 ? " ..." : "");
}

/* The loader makes a view for a script of a tree, or says why not. */
static int follow_into_view(struct world *world, const struct decision *decision,
			    enum tier_step tier, struct err *err)
{
	const struct contract_tree *tree = decision->script.tree;
	const char *name = tier_name(tier), *why = "";
	int step = world_step(world, "view", tree->path, NULL);

	if (!name)
		return world_exit(world, step, STATUS_OURS);
	if (tier != TIER_TEMPLATE && tier != TIER_ENTER)
		why = why_no_template(decision);
	world_set(world, step, NULL, "of %s, version %s; tier: %s%s%s%s", tree->arch, tree->id,
		  name, *why ? " (" : "", why, *why ? ")" : "");
	world->parent = step;
	tell_left_out(world, tree);
	return enter_view(world, tree, err) < 0 ? world_cannot_tell(world, step) : 1;
}

/* Beside the host's programs it is the tree's own interpreter, at its prefix. */
static int follow_beside(struct world *world, struct decision *decision, struct err *err)
{
	const struct contract_tree *tree = decision->script.tree;
	char *script = decision->between, prefix[64];
	struct shebang *line = &decision->between_line;
	int step;

	if (runtime_layout_path(tree->word, "usr", prefix, sizeof(prefix)) < 0)
		return err_set(err, ENAMETOOLONG, "%s", tree->word);
	step = world_step(world, "runtime", prefix,
			  "of %s, version %s; beside the host's programs, in no view (programs = "
			  "host)",
			  tree->arch, tree->id);
	world->parent = step;
	tell_left_out(world, tree);
	if (script_beside(tree, decision->line.interp, decision->next, script, line, err) < 0)
		return world_exit(world, step, STATUS_CANNOT_RUN);
	world->by_tree = true;
	if (script[0])
		world->parent =
			world_step(world, "script", script, "#!%s%s%s", line->interp,
				   line->has_arg ? " " : "", line->has_arg ? line->arg : "");
	return 1;
}

static const char *variable(const char *name, void *ctx)
{
	(void)ctx;
	return getenv(name);
}

/* Puts the tree's Python in the place of env; start_by_env() in binfmt/start.c. */
static int take_from_env(struct decision *decision, struct err *err)
{
	const struct env_variables variables = { .get = variable };
	struct shebang python;
	int r = env_line_python(&decision->line, &variables, &python);

	if (r == 1)
		decision->line = python;
	return r < 0 ? err_set(err, -r, "cannot read its first line as env does") : r;
}

/* What the loader does with the script; step is its own. 1 if it executes the interpreter. */
static int follow(struct world *world, struct decision *decision, int step, struct err *err)
{
	enum tier_step last;
	int r = 0;

	if (world->in_view) { /* this process is not, but the one that is replayed */
		decision->facts.elsewhere = TIER_NO;
		decision->facts.host_root = TIER_NO;
		decision->facts.in_view = TIER_YES;
		decision->facts.shown =
			tier_answer(script_may_show(&decision->request) ||
				    contract_covers(&decision->contract, decision->request.path));
	}
	last = decide(decision, err);
	if (decision->facts.by_env && last != TIER_KERNEL)
		r = take_from_env(decision, err);
	if (r < 0)
		return world_exit(world, step, STATUS_OURS);
	if (last == TIER_BESIDE && r == 0 && decision->facts.by_env)
		last = TIER_KERNEL; /* the host's env says what is wrong */
	if (decision->facts.in_view == TIER_YES && (last == TIER_KERNEL || last == TIER_IN_VIEW))
		world_set(world, step, NULL, "in a view already");
	world->by_script = true;
	world->by_tree = world->by_tree || decision->facts.in_view == TIER_YES;
	if (last == TIER_KERNEL || last == TIER_IN_VIEW)
		return 1;
	if (last == TIER_REFUSE_STALE)
		(void)broken_stale(decision->script.tree->path, err);
	else if (last == TIER_REFUSE_OWNER)
		(void)broken_owner(err);
	else if (last == TIER_BESIDE)
		return follow_beside(world, decision, err);
	else if (last != TIER_REFUSE_VIEW && last != TIER_REFUSE_RUNTIME)
		return follow_into_view(world, decision, last, err);
	return world_exit(world, step, STATUS_OURS);
}

/* True if more scripts start one another than the kernel follows: the loader's exec begins a new
 * count, so it looks before. chain_too_long() in this world. */
static bool too_long(const struct world *world, const char *interp)
{
	struct shebang line;
	char real[PATH_SIZE];

	for (int n = 0; n < SHEBANG_DEPTH_MAX; n++) {
		FD_CLEANUP int fd = -1;

		if (sysroot_find(world->root, n ? line.interp : interp, real) < 0)
			return false;
		fd = open(real, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
		if (fd < 0 || script_shebang(fd, &line, NULL) < 0)
			return false;
	}
	return sysroot_find(world->root, line.interp, real) == 0 &&
	       faccessat(AT_FDCWD, real, X_OK, AT_EACCESS) == 0;
}

/* What the loader is asked to start, and by which contract. */
static int open_subject(const struct world *world, const struct found *subject,
			const struct last_program *last, struct decision *ret, struct err *err)
{
	const char *path = world->out->steps[last->subject_step].path;
	int fd = open(subject->real, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	unsigned generation;
	int r;

	ret->request = (struct request){ .fd = fd, .path = path };
	if (fd < 0)
		return err_set(err, errno, "cannot open %s", path);
	if (!entries_own(last->rule->name, &generation))
		return err_say(err, ENOENT, "%s is no entry of ours", last->rule->name);
	r = generation_read(generation, &ret->contract, err);
	if (r == -ENOENT)
		return err_say(
			err, ENOENT,
			"the kernel has our loader open, but what it knows is in " GENERATION_ROOT
			", which is not here: whether the tree's Python or "
			"this machine's own would run %s cannot be told in this container "
			"(Hint: ask outside of it)",
			path);
	if (r < 0)
		return r;
	ret->facts.contract = true;
	return 0;
}

/* The loader's words, [loader path argv0 ...], become those of the program that it executes. */
static int take_words(struct world *world, const struct decision *decision)
{
	struct words *words = world->words;
	int r;

	words_drop(words, 2);
	r = words_script(words, &decision->line, decision->request.path);
	if (r < 0 || !decision->next[0])
		return r;
	if (!decision->between[0])
		return words_name(words, decision->next);
	(void)str_copy(world->script, sizeof(world->script), decision->between); /* as large */
	r = words_script(words, &decision->between_line, decision->between);
	return r < 0 ? r : words_name(words, decision->next);
}

static int start(struct world *world, const struct last_program *last, struct decision *decision,
		 struct err *err)
{
	struct shebang *line = &decision->line;
	char shown[SHEBANG_SHOWN];
	int r;

	if (script_shebang(decision->request.fd, line, err) < 0) {
		world->started = true;
		return world_exit(world, last->subject_step, STATUS_CANNOT_RUN);
	}
	shebang_show_line(line, shown);
	world_set(world, last->subject_step, "script", "%s", shown);
	decision->facts.by_env = env_line_names_python(line);
	r = follow(world, decision, last->step, err);
	if (r < 0)
		return r;
	if (take_words(world, decision) < 0)
		return err_set(err, ENOMEM, "cannot replay");
	world->started = true;
	if (decision->next[0])
		return 1;
	replay_env_note(world, line->interp, NULL);
	(void)str_copy(decision->next, sizeof(decision->next), line->interp); /* fits */
	if (!too_long(world, line->interp))
		return 1;
	(void)broken_depth(err);
	return world_exit(world, last->step, STATUS_CANNOT_RUN);
}

int replay_loader(struct world *world, const struct found *subject, const struct last_program *last,
		  char *ret_next, struct err *err)
{
	struct decision *decision = calloc(1, sizeof(*decision));
	int r;

	if (!decision)
		return err_set(err, ENOMEM, "cannot replay");
	decision->request.fd = -1;
	(void)str_copy(world->script, sizeof(world->script), subject->real); /* as large */
	r = open_subject(world, subject, last, decision, err);
	r = r < 0 ? world_cannot_tell(world, last->step) : start(world, last, decision, err);
	if (r == 1)
		(void)str_copy(ret_next, PATH_SIZE,
			       decision->next); /* a first line's, or WORD.d's */
	fd_close(&decision->request.fd);
	free(decision);
	return r;
}
