/* SPDX-License-Identifier: MIT */
/* Our own loader, as binfmt/loader.c decides; and the view that it leads to. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/sysroot.h"
#include "core/arch.h"
#include "core/broken.h"
#include "core/contract.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/request.h"
#include "core/rule.h"
#include "core/shebang.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "core/view.h"
#include "explain/parts.h"
#include "explain/replay.h"
#include "explain/world.h"
#include "handler/entries.h"
#include "handler/generation.h"
#include "handler/policy.h"
#include "sys/fd.h"
#include "sys/ns.h"
#include "sys/priv.h"
#include "sys/probe.h"
#include "sys/script.h"

enum { STATUS_OURS = 125 };

/* What the loader knows when it decides. */
struct decision {
	struct contract contract;
	struct script script;
	struct shebang line;
	struct request request;
	int fd;
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
static const char *why_no_enter(const struct contract *contract, const struct priv *priv,
				struct err *err)
{
	if (priv_no_new_privs())
		return "no_new_privs is set";
	if (priv_ambient(priv))
		return "the caller has ambient capabilities";
	if (!priv_bounded(PRIV_ENTER))
		return "the bounding set is reduced";
	if (traced_by_user())
		return "the caller is traced";
	return policy_enter(contract, err) < 0 ? err->text : NULL;
}

/* The tree's root as seen from here is the one that was enabled. */
static int check_tree(const struct contract_tree *tree, struct err *err)
{
	struct place place;
	int r = probe_place(AT_FDCWD, tree->path, &place, NULL);

	if (r < 0)
		return err_set(err, -r, "cannot look at the tree %s", tree->path);
	return contract_tree_is(tree, &place)
		       ? 0
		       : err_say(err, ESTALE, "%s is not the tree that was enabled", tree->path);
}

static int check_template(const struct contract_tree *tree, struct err *err)
{
	FD_CLEANUP int fd = ns_open_template(tree->namespace_path, tree->namespace_ino, err);

	return fd < 0 ? fd : 0;
}

/* The first tier that the caller can have, as run_ours() in binfmt/loader.c: its name, or NULL with
 * the sentence. */
static const char *choose_tier(const struct decision *decision, char why[ERR_TEXT_MAX],
			       struct err *err)
{
	const struct contract_tree *tree = decision->script.tree;
	struct err reason = { 0 }, user = { 0 };
	struct priv priv = { 0 };
	const char *no_enter = NULL;
	bool privileged;

	(void)priv_get(&priv);
	privileged = (priv.effective & PRIV_ENTER) == PRIV_ENTER;
	*why = '\0';
	if (decision->script.host_root && !tree->namespace_ino) {
		(void)snprintf(why, ERR_TEXT_MAX, "no template is kept for this tree");
	} else if (decision->script.host_root) {
		no_enter = privileged ? NULL : why_no_enter(&decision->contract, &priv, &reason);
		if (!no_enter)
			return check_template(tree, err) < 0 ? NULL : "template";
		(void)snprintf(why, ERR_TEXT_MAX, "%s", no_enter);
	} else {
		(void)snprintf(why, ERR_TEXT_MAX, "another root or mount namespace");
	}
	if (check_tree(tree, err) < 0)
		return NULL;
	if (privileged && probe_is_mount(AT_FDCWD, "/"))
		return "composed";
	if (policy_user_namespace(&user) == 0)
		return "user namespace";
	if (decision->contract.flags & CONTRACT_DIRECT)
		return "direct";
	(void)err_say(err, user.code, "no view can be made for this caller: %s", user.text);
	return NULL;
}

/* What "/" is in the host view: DESIGN, "Views". */
static int enter_view(struct world *world, const struct contract_tree *tree, struct err *err)
{
	static struct facts facts;
	static const char *const own[] = { "/bin", "/sbin", "/" TREE_SITE };
	const struct arch *arch = arch_by_name(tree->arch);
	struct sysroot *view = calloc(1, sizeof(*view)), *runtime = calloc(1, sizeof(*runtime));
	char dir[PATH_SIZE];
	int r = view && runtime && arch ? 0 : -ENOMEM;

	facts_init(&facts);
	probe_shares(&facts, tree->path, tree->arch);
	for (size_t i = 0; r == 0 && view_share(i); i++) {
		if (facts.shares >> i & 1)
			r = sysroot_mount(view, view_share(i), view_share(i));
	}
	if (r == 0)
		r = sysroot_init_view(runtime, tree->path, arch);
	for (size_t i = 0; r == 0 && i < runtime->n_mounts; i++)
		r = sysroot_mount(view, runtime->mounts[i].at, runtime->mounts[i].dir);
	for (size_t i = 0; r == 0 && i < sizeof(own) / sizeof(own[0]); i++) {
		r = path_join(dir, sizeof(dir), tree->path, own[i] + 1);
		if (r == 0)
			r = sysroot_mount(view, own[i], dir);
	}
	if (r == 0)
		r = sysroot_mount(view, "", "/");
	free(runtime);
	if (r < 0) {
		free(view);
		return err_set(err, -r, "cannot follow the view of %s", tree->path);
	}
	free(world->root);
	world->root = view;
	world->in_view = true;
	return 0;
}

/* A new exec, by the loader, of what the first line names. */
static int execute(struct world *world, const struct decision *decision, struct err *err)
{
	world->started = true;
	return replay_all(world, decision->line.interp, 1, err);
}

static int run_ours(struct world *world, const struct decision *decision, struct err *err)
{
	const struct contract_tree *tree = decision->script.tree;
	char why[ERR_TEXT_MAX];
	int step = world_step(world, "view", tree->path, NULL);
	const char *tier = choose_tier(decision, why, err);
	int r;

	if (!tier)
		return world_exit(world, step, STATUS_OURS);
	world_set(world, step, NULL, "of %s, version %s; tier: %s%s%s%s", tree->arch, tree->id,
		  tier, *why ? " (" : "", why, *why ? ")" : "");
	world->parent = step;
	r = enter_view(world, tree, err);
	if (r < 0)
		return world_cannot_tell(world, step);
	return execute(world, decision, err);
}

static int refuse(struct world *world, int step, const struct script *script, struct err *err)
{
	if (script->owner == SCRIPT_STALE)
		(void)broken_stale(script->tree->path, err);
	else
		(void)broken_owner(err);
	return world_exit(world, step, STATUS_OURS);
}

/* The steps of main() in binfmt/loader.c. */
static int decide(struct world *world, struct decision *decision, int step, struct err *err)
{
	const struct contract *contract = &decision->contract;
	bool host_root;
	int in_view;

	if (script_elsewhere(contract, &decision->request))
		return execute(world, decision, err);
	host_root = script_host_root(contract);
	in_view = host_root ? 0 : script_in_view();
	if (in_view > 0) {
		world_set(world, step, NULL, "in a view already");
		return execute(world, decision, err);
	}
	script_identify(contract, &decision->request, host_root, &decision->script);
	switch (decision->script.owner) {
	case SCRIPT_FOREIGN:
		return execute(world, decision, err);
	case SCRIPT_OURS:
		if (in_view == 0)
			return run_ours(world, decision, err);
		(void)err_set(err, -in_view, "cannot tell whether this is a view");
		return world_exit(world, step, STATUS_OURS);
	case SCRIPT_STALE:
	case SCRIPT_UNKNOWN:
		break;
	}
	return refuse(world, step, &decision->script, err);
}

int replay_ours(struct world *world, const struct found *subject, const struct last_program *last,
		struct err *err)
{
	static struct decision decision; /* its path may be the kernel's, in pages that stay */
	FD_CLEANUP int fd = open(subject->real, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	char *argv[] = { NULL, NULL, NULL };
	unsigned generation;
	int r;

	if (!entries_own(last->rule->name, &generation) ||
	    generation_read(generation, &decision.contract, err) < 0)
		return world_cannot_tell(world, last->step);
	decision.request = (struct request){ .fd = fd,
					     .path = world->out->steps[last->subject_step].path,
					     .argv = argv };
	r = fd < 0 ? err_set(err, errno, "cannot open %s", decision.request.path) : 0;
	if (r < 0)
		return world_cannot_tell(world, last->step);
	r = script_shebang(fd, &decision.line, err);
	if (r < 0) {
		world->started = true;
		return world_exit(world, last->subject_step, 126);
	}
	world_set(world, last->subject_step, "script", "#!%s%s%s", decision.line.interp,
		  decision.line.has_arg ? " " : "", decision.line.arg);
	return decide(world, &decision, last->step, err);
}
