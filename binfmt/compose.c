/* SPDX-License-Identifier: MIT */
/* Facts, view, plan, run: the whole engine, in the process that becomes the script. */
#include "compose.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "core/contract.h"
#include "core/err.h"
#include "core/facts.h"
#include "core/plan.h"
#include "core/request.h"
#include "core/str.h"
#include "core/tier.h"
#include "core/view.h"
#include "core/view_host.h"
#include "sys/cwd.h"
#include "sys/fd.h"
#include "sys/mount_api.h"
#include "sys/ns.h"
#include "sys/pages.h"
#include "sys/priv.h"
#include "sys/probe.h"
#include "sys/run.h"
#include "sys/script.h"
#include "sys/tier_probe.h"
#include "sys/view_gather.h"
#include "start.h"
#include "words.h"

enum { PROPAGATE_PRIVATE = 1 << 18 }; /* MS_PRIVATE; sys/mount.h clashes with linux/mount.h */

struct workspace {
	struct facts facts;
	struct plan plan;
};

/* Who the caller was before his user namespace. */
struct user {
	unsigned uid, gid;
	uint64_t bounding;
};

static int make_plan(const struct contract_tree *tree, struct workspace *work, struct err *err)
{
	struct view view = {
		.kind = VIEW_HOST,
		.tree = tree->path,
		.arch = tree->arch,
	};
	int r = view_gather_host(&view, &work->facts, err);

	if (r < 0)
		return r;
	return view_host_plan(&view, &work->facts, &work->plan, err);
}

static int drop_all(void)
{
	int r = priv_set_no_new_privs();

	if (r < 0)
		return r;
	return priv_clear();
}

/* Gives up what the new user namespace brought: it is only needed to mount. */
static int drop(uint64_t bounding, struct err *err)
{
	int r = priv_bound(bounding);

	/* Root has the bounding set again after the exec, as it would natively; to gain it there
	 * would cost it being dumpable. */
	if (r >= 0 && geteuid() != 0)
		r = drop_all();
	if (r < 0)
		return err_set(err, -r, "cannot give up privileges");
	return 0;
}

/* Our own tmpfs is unbindable. In a less privileged namespace it is locked to /run, too, and a
 * directory with such a mount below cannot be bound at all: EPERM. fs/namespace.c, copy_tree(). */
static void unlock_own_mount(const struct contract *contract)
{
	char path[CONTRACT_PATH_MAX];
	FD_CLEANUP int fd = -1;

	(void)str_copy(path, sizeof(path), contract->enter); /* as large, and terminated */
	for (int up = 0; up < 2; up++) {		     /* ROOT/GENERATION/enter */
		char *slash = strrchr(path, '/');

		if (slash)
			*slash = '\0';
	}
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd >= 0)
		(void)mount_attributes(fd, 0, PROPAGATE_PRIVATE, false); /* the plan will tell */
}

/* For a process that is in namespaces of its own, and has no way back. */
static int build(const struct contract *contract, const struct contract_tree *tree, struct err *err)
{
	struct workspace *work = pages_get(sizeof(*work));
	int r;

	if (!work)
		return err_set(err, errno, "cannot plan the view of %s", tree->path);
	unlock_own_mount(contract);
	r = make_plan(tree, work, err);
	if (r < 0)
		return r;
	return run_plan(&work->plan, err);
}

/* In a new user namespace. */
static int build_as_user(const struct tier_subject *subject, const struct user *before,
			 struct err *err)
{
	int r = ns_map_self(before->uid, before->gid, err);

	if (r < 0)
		return r;
	r = build(subject->contract, subject->script->tree, err);
	if (r < 0)
		return r;
	return drop(before->bounding, err);
}

int compose_in_place(const struct contract *contract, const struct request *request,
		     const struct script *script, struct shebang *line)
{
	struct err err = { 0 };
	struct cwd cwd;
	int r;

	cwd_get(&cwd);
	if (unshare(CLONE_NEWNS) < 0)
		return -errno;
	r = build(contract, script->tree, &err);
	if (r == 0 && priv_hold_user() < 0)
		r = err_set(&err, errno, "cannot set no_new_privs");
	if (r < 0)
		words_die(WORDS_OURS, request->path, &err);
	start_in_view(contract, request, script, line, &cwd);
}

static void as_user(const struct tier_subject *subject, struct shebang *line)
{
	const struct contract *contract = subject->contract;
	const struct request *request = subject->request;
	const struct script *script = subject->script;
	const struct user before = { geteuid(), getegid(), priv_bounding() };
	struct err *err = subject->err;
	struct cwd cwd;
	int r;

	cwd_get(&cwd);
	/* Nobody looks into this process while it has the namespace's rights, which a policy may
	 * give to the loader alone. The exec takes it back. */
	(void)prctl(PR_SET_DUMPABLE, 0UL, 0UL, 0UL, 0UL); /* cannot fail */
	r = ns_new_user(err);
	if (r < 0) {
		(void)err_wrap(err, r, "no view can be made for this caller");
		return;
	}
	if (build_as_user(subject, &before, err) < 0)
		words_die(WORDS_OURS, request->path, err);
	start_in_view(contract, request, script, line, &cwd);
}

void compose_last_tier(const struct tier_subject *subject, struct tier_facts *facts,
		       struct shebang *line)
{
	for (;;) {
		enum tier_step step = tier_next(facts);

		if (step == TIER_PROBE_SAME_TREE) {
			facts->same_tree =
				tier_answer(script_same_tree(subject->script->tree, subject->err));
			continue;
		}
		if (step != TIER_USER)
			words_die(WORDS_OURS, subject->request->path, subject->err);
		as_user(subject, line);
		facts->failed |= 1U << step;
	}
}
