/* SPDX-License-Identifier: MIT */
/* The host view: DESIGN, "Views", as a list of ops. */
#include "core/view_host.h"

#include <errno.h>
#include <string.h>

#include "core/err.h"
#include "core/facts.h"
#include "core/path_size.h"
#include "core/plan.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "core/view.h"
#include "core/view_parts.h"

/* Not /usr/local/lib: Debian's Python has its dist-packages on sys.path, and the host's .pth files
 * and C extensions would run in the tree's Python. */
static const char *const shares[] = {
	"/usr/local/bin",
	"/usr/local/sbin",
	"/usr/local/share",
	"/usr/local/etc",
	"/usr/share/ca-certificates",
	"/usr/share/terminfo",
	"/usr/share/zoneinfo",
	NULL,
};

const char *view_share(size_t i)
{
	return i < sizeof(shares) / sizeof(shares[0]) ? shares[i] : NULL;
}

bool view_hides_top(const char *name)
{
	static const char *const own[] = { "usr", "bin", "sbin", TREE_SITE, ".busypy" };

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		if (str_eq(name, own[i]))
			return true;
	}
	/* lib, lib32, lib64, libx32, libo32: the host's are for the host's programs */
	return str_starts(name, "lib") && strlen(name) <= 6;
}

const char *view_marker(void)
{
	return "/.busypy/view";
}

const char *view_nowhere(void)
{
	return "/.busypy/nowhere";
}

int view_tree_allowed(const char *tree, struct err *err)
{
	char top[PATH_SIZE];

	if (!path_canonical(tree))
		return err_say(err, EINVAL, "%s: not a canonical absolute path", tree);
	if (str_eq(tree, "/"))
		return err_say(err, EINVAL, "/: the root directory itself cannot be a tree here");
	if (str_copy_bytes(top, sizeof(top), tree + 1, strcspn(tree + 1, "/")) < 0)
		return err_say(err, ENAMETOOLONG, "%s: the path is too long", tree);
	if (view_hides_top(top))
		return err_say(err, EINVAL,
			       "%s: a tree below /%s cannot be used, the view would hide it (Hint: "
			       "move the tree, to /srv/busypy for example)",
			       tree, top);
	return 0;
}

/* What the host has at "/", under its own name. In a template the directory that a mount covers
 * comes first (from a clone of "/" alone), then the mount: only so the host's own unmount of it
 * reaches the view. */
static void add_top(struct plan *plan, const struct facts_entry *entry, bool covered)
{
	struct op op = { .dst = entry->name, .flags = OP_NOSUID };

	if (!view_add_top(plan, entry))
		return;
	if (covered && entry->is_mount) {
		op.type = OP_BIND;
		plan_add_from(plan, &op, "@/.busypy/host", entry->name);
	}
	op.type = OP_RBIND;
	plan_add_from(plan, &op, "/", entry->name);
}

void view_host_add_marker(struct plan *plan, const struct view *view)
{
	char text_of[PATH_SIZE];
	struct text text;

	text_init(&text, text_of, sizeof(text_of));
	text_addf(&text, "tree=%s\narch=%s\n", view->tree, view->arch);
	view_add_mkdir(plan, ".busypy", 0755);
	/* nobody can list or change it, but everybody can be in it */
	view_add_mkdir(plan, ".busypy/nowhere", 0111);
	view_add_file(plan, ".busypy/view", 0444, text_of);
}

/* A deeper mount goes before the one it stands on. */
static void add_pruned(struct plan *plan, const struct facts *facts)
{
	for (size_t i = facts->n_pruned; i > 0; i--)
		plan_add(plan, &(struct op){ .type = OP_PRUNE, .dst = facts->pruned[i - 1] + 1 });
}

static void add_host(struct plan *plan, const struct view *view, const struct facts *facts)
{
	bool covered = (view->flags & VIEW_PINNED) && !facts->children_locked;

	if (covered) {
		view_add_mkdir(plan, ".busypy/host", 0755);
		plan_add(plan, &(struct op){ .type = OP_BIND,
					     .src = "/",
					     .dst = ".busypy/host",
					     .flags = OP_NOSUID });
	}
	for (size_t i = 0; i < facts->n_top; i++) {
		if (!view_hides_top(facts->top[i].name))
			add_top(plan, &facts->top[i], covered);
	}
	if (covered)
		plan_add(plan, &(struct op){ .type = OP_UMOUNT, .dst = ".busypy/host" });
	add_pruned(plan, facts);
}

void view_host_add_shares(struct plan *plan, const struct facts *facts, unsigned flags)
{
	for (size_t i = 0; shares[i]; i++) {
		if (facts->shares & (1U << i))
			plan_add(plan, &(struct op){ .type = OP_RBIND,
						     .src = shares[i],
						     .dst = shares[i] + 1,
						     .flags = flags | OP_NOSUID | OP_OPTIONAL });
	}
}

int view_host_plan(const struct view *view, const struct facts *facts, struct plan *ret,
		   struct err *err)
{
	plan_init(ret);
	plan_add(ret, &(struct op){ .type = OP_SLAVE });
	plan_add(ret, &(struct op){ .type = OP_ROOT, .data = "size=1m,nr_inodes=1k,mode=0755" });
	view_host_add_marker(ret, view);
	add_host(ret, view, facts);
	view_add_mkdir(ret, "usr", 0755);
	view_add_mkdir(ret, "lib", 0755);
	view_add_link(ret, "lib64", "lib");
	view_add_runtime(ret, view, view_add_tree_bind);
	for (size_t i = 0; i < TREE_SHARED_FOLDERS; i++) {
		view_add_mkdir(ret, tree_shared[i], 0755);
		view_add_tree_bind(ret, view, tree_shared[i], tree_shared[i]);
	}
	view_host_add_shares(ret, facts, 0);
	plan_add(ret, &(struct op){ .type = OP_FLAGS,
				    .dst = ".",
				    .flags = OP_RDONLY | OP_NOSUID | OP_NODEV });
	plan_add(ret, &(struct op){ .type = OP_PIVOT });
	return view_end(view, ret, err);
}

int view_prune_plan(const struct facts *facts, struct plan *ret, struct err *err)
{
	plan_init(ret);
	plan_add(ret, &(struct op){ .type = OP_HERE });
	add_pruned(ret, facts);
	return ret->failed ? err_say(err, -ret->failed, "too many mounts to prune") : 0;
}
