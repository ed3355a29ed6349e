/* SPDX-License-Identifier: MIT */
/* The two views as lists of ops; the table of DESIGN's "Views" in code. */
#include "core/view.h"

#include <errno.h>
#include <string.h>

#include "core/err.h"
#include "core/job.h"
#include "core/path_size.h"
#include "core/plan.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "core/view_parts.h"

enum { RUNTIME_FLAGS = VIEW_RUNTIME_FLAGS };

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

void facts_init(struct facts *facts)
{
	facts->n_top = 0;
	facts->n_pruned = 0;
	facts->shares = 0;
	facts->children_locked = false;
	facts->text_used = 0;
}

static const char *facts_keep(struct facts *facts, const char *s)
{
	size_t n = strlen(s) + 1;
	char *copy;

	if (n > sizeof(facts->text) - facts->text_used)
		return NULL;
	copy = facts->text + facts->text_used;
	memcpy(copy, s, n);
	facts->text_used += n;
	return copy;
}

int facts_add_top(struct facts *facts, enum facts_type type, bool is_mount, const char *name,
		  const char *target)
{
	struct facts_entry entry = { .type = type, .is_mount = is_mount };

	if (facts->n_top == FACTS_TOP_MAX)
		return -E2BIG;
	entry.name = facts_keep(facts, name);
	entry.target = target ? facts_keep(facts, target) : NULL;
	if (!entry.name || (target && !entry.target))
		return -E2BIG;
	facts->top[facts->n_top++] = entry;
	return 0;
}

int facts_add_pruned(struct facts *facts, const char *path)
{
	const char *copy;

	if (facts->n_pruned == FACTS_PRUNED_MAX)
		return -E2BIG;
	copy = facts_keep(facts, path);
	if (!copy)
		return -E2BIG;
	facts->pruned[facts->n_pruned++] = copy;
	return 0;
}

/* Insertion sort: qsort() may allocate, and the list has two dozen entries. */
void facts_sort(struct facts *facts)
{
	for (size_t i = 1; i < facts->n_top; i++) {
		struct facts_entry entry = facts->top[i];
		size_t at = i;

		for (; at > 0 && strcmp(facts->top[at - 1].name, entry.name) > 0; at--)
			facts->top[at] = facts->top[at - 1];
		facts->top[at] = entry;
	}
}

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
		return err_hint(
			err,
			err_say(err, EINVAL,
				"%s: a tree below /%s cannot be used, the view would hide it", tree,
				top),
			"move the tree, to /srv/busypy for example");
	return 0;
}

void view_add_mkdir(struct plan *plan, const char *dst, uint32_t mode)
{
	plan_add(plan, &(struct op){ .type = OP_MKDIR, .dst = dst, .mode = mode });
}

void view_add_file(struct plan *plan, const char *dst, uint32_t mode, const char *data)
{
	plan_add(plan, &(struct op){ .type = OP_FILE, .dst = dst, .mode = mode, .data = data });
}

void view_add_link(struct plan *plan, const char *dst, const char *target)
{
	plan_add(plan, &(struct op){ .type = OP_SYMLINK, .dst = dst, .data = target });
}

void view_add_mount(struct plan *plan, const char *type, const char *dst, const char *options,
		    unsigned flags)
{
	plan_add(plan, &(struct op){ .type = OP_MOUNT,
				     .src = type,
				     .dst = dst,
				     .data = options,
				     .flags = flags });
}

/* A folder of the tree, read-only, cut off from the propagation of the mount it comes from. */
void view_add_tree_bind(struct plan *plan, const struct view *view, const char *folder,
			const char *dst)
{
	plan_add_from(plan, &(struct op){ .type = OP_BIND, .dst = dst, .flags = RUNTIME_FLAGS },
		      view->tree, folder);
}

/* The runtime, the same in both views. */
void view_add_runtime(struct plan *plan, const struct view *view)
{
	char folder[PATH_SIZE];
	struct text text;

	text_init(&text, folder, sizeof(folder));
	text_addf(&text, TREE_USR_OF, view->arch);
	view_add_tree_bind(plan, view, folder, "usr");
	text_init(&text, folder, sizeof(folder));
	text_addf(&text, TREE_CLIB_OF, view->arch);
	view_add_tree_bind(plan, view, folder, "lib");
}

bool view_add_top(struct plan *plan, const struct facts_entry *entry)
{
	switch (entry->type) {
	case FACTS_LINK:
		view_add_link(plan, entry->name, entry->target);
		return false;
	case FACTS_DIR:
		view_add_mkdir(plan, entry->name, 0755);
		break;
	case FACTS_FILE:
		view_add_file(plan, entry->name, 0444, "");
		break;
	}
	return true;
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

void view_add_marker(struct plan *plan, const struct view *view)
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
	/* A deeper mount goes before the one it stands on. */
	for (size_t i = facts->n_pruned; i > 0; i--)
		plan_add(plan, &(struct op){ .type = OP_PRUNE, .dst = facts->pruned[i - 1] + 1 });
}

void view_add_shares(struct plan *plan, const struct facts *facts, unsigned flags)
{
	for (size_t i = 0; shares[i]; i++) {
		if (facts->shares & (1U << i))
			plan_add(plan, &(struct op){ .type = OP_RBIND,
						     .src = shares[i],
						     .dst = shares[i] + 1,
						     .flags = flags | OP_NOSUID | OP_OPTIONAL });
	}
}

static void plan_host(const struct view *view, const struct facts *facts, struct plan *plan)
{

	plan_add(plan, &(struct op){ .type = OP_SLAVE });
	plan_add(plan, &(struct op){ .type = OP_ROOT, .data = "size=1m,nr_inodes=1k,mode=0755" });
	view_add_marker(plan, view);
	add_host(plan, view, facts);
	view_add_mkdir(plan, "usr", 0755);
	view_add_mkdir(plan, "lib", 0755);
	view_add_link(plan, "lib64", "lib");
	view_add_runtime(plan, view);
	for (size_t i = 0; i < TREE_SHARED_FOLDERS; i++) {
		view_add_mkdir(plan, tree_shared[i], 0755);
		view_add_tree_bind(plan, view, tree_shared[i], tree_shared[i]);
	}
	view_add_shares(plan, facts, 0);
	plan_add(plan, &(struct op){ .type = OP_FLAGS,
				     .dst = ".",
				     .flags = OP_RDONLY | OP_NOSUID | OP_NODEV });
}

void view_add_nodes(struct plan *plan)
{
	static const char *const nodes[] = { "full", "null", "random", "tty", "urandom", "zero" };
	static const char *const links[][2] = {
		{ "dev/fd", "/proc/self/fd" },	     { "dev/stdin", "/proc/self/fd/0" },
		{ "dev/stdout", "/proc/self/fd/1" }, { "dev/stderr", "/proc/self/fd/2" },
		{ "dev/ptmx", "pts/ptmx" },
	};
	char dst[PATH_SIZE];

	for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++) {
		(void)path_join(dst, sizeof(dst), "dev", nodes[i]); /* short by construction */
		view_add_file(plan, dst, 0666, "");
		plan_add_from(
			plan,
			&(struct op){ .type = OP_BIND, .dst = dst, .flags = OP_NOSUID | OP_NOEXEC },
			"/dev", nodes[i]);
	}
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		view_add_link(plan, links[i][0], links[i][1]);
	view_add_mkdir(plan, "dev/pts", 0755);
	view_add_mount(plan, "devpts", "dev/pts", "newinstance,ptmxmode=0666,mode=0620",
		       OP_NOSUID | OP_NOEXEC);
}

/* A fresh /dev from the host's nodes: works with and without privilege. */
static void add_dev(struct plan *plan)
{
	view_add_mount(plan, "tmpfs", "dev", "mode=0755,size=1m", OP_NOSUID | OP_NOEXEC);
	view_add_nodes(plan);
	view_add_mkdir(plan, "dev/shm", 01777);
	view_add_mount(plan, "tmpfs", "dev/shm", "mode=1777", OP_NOSUID | OP_NODEV);
}

static void plan_client(const struct view *view, struct plan *plan)
{
	plan_add(plan, &(struct op){ .type = OP_SLAVE });
	plan_add(plan, &(struct op){ .type = OP_TREE, .src = view->tree, .flags = RUNTIME_FLAGS });
	view_add_runtime(plan, view);
	add_dev(plan);
	view_add_mount(plan, "proc", "proc", NULL, OP_NOSUID | OP_NODEV | OP_NOEXEC);
	view_add_mount(plan, "sysfs", "sys", NULL, OP_NOSUID | OP_NODEV | OP_NOEXEC | OP_OPTIONAL);
	view_add_mount(plan, "tmpfs", "run", "mode=0755", OP_NOSUID | OP_NODEV);
	view_add_mount(plan, "tmpfs", "tmp", "mode=1777", OP_NOSUID | OP_NODEV);
}

/* A folder of the tree with a layer in memory on top, below /run/busypy/overlay. */
static void add_overlay(struct plan *plan, const char *folder, const char *dst)
{
	char options[PATH_SIZE], layer[PATH_SIZE];
	struct text text;

	text_init(&text, options, sizeof(options));
	text_addf(&text,
		  "lowerdir=/%s,upperdir=/run/busypy/overlay/%s/upper,"
		  "workdir=/run/busypy/overlay/%s/work",
		  folder, dst, dst);
	text_init(&text, layer, sizeof(layer));
	text_addf(&text, "run/busypy/overlay/%s", dst);
	view_add_mkdir(plan, layer, 0755);
	text_add(&text, "/upper");
	view_add_mkdir(plan, layer, 0755);
	text_init(&text, layer, sizeof(layer));
	text_addf(&text, "run/busypy/overlay/%s/work", dst);
	view_add_mkdir(plan, layer, 0755);
	view_add_mount(plan, "overlay", dst, options, OP_NOSUID | OP_NODEV);
}

static void plan_boot(const struct view *view, struct plan *plan)
{
	char folder[PATH_SIZE];
	struct text text;

	plan_add(plan, &(struct op){ .type = OP_HERE });
	view_add_mkdir(plan, "usr", 0755);
	view_add_mkdir(plan, "lib", 0755);
	if (!(view->flags & VIEW_OVERLAY)) {
		view_add_runtime(plan, view);
		return;
	}
	view_add_mkdir(plan, "run/busypy", 0755);
	view_add_mkdir(plan, "run/busypy/overlay", 0755);
	text_init(&text, folder, sizeof(folder));
	text_addf(&text, TREE_USR_OF, view->arch);
	add_overlay(plan, folder, "usr");
	text_init(&text, folder, sizeof(folder));
	text_addf(&text, TREE_CLIB_OF, view->arch);
	add_overlay(plan, folder, "lib");
}

int view_plan(const struct view *view, const struct facts *facts, struct plan *ret, struct err *err)
{
	plan_init(ret);
	if (view->job)
		return job_plan(view, facts, ret, err);
	switch (view->kind) {
	case VIEW_HOST:
		plan_host(view, facts, ret);
		break;
	case VIEW_CLIENT:
		plan_client(view, ret);
		break;
	case VIEW_BOOT:
		plan_boot(view, ret);
		break;
	}
	if (view->kind != VIEW_BOOT)
		plan_add(ret, &(struct op){ .type = OP_PIVOT });
	if (ret->failed)
		return err_set(err, -ret->failed, "cannot plan the view of %s", view->tree);
	return 0;
}

int view_prune_plan(const struct facts *facts, struct plan *ret, struct err *err)
{
	plan_init(ret);
	plan_add(ret, &(struct op){ .type = OP_HERE });
	for (size_t i = facts->n_pruned; i > 0; i--)
		plan_add(ret, &(struct op){ .type = OP_PRUNE, .dst = facts->pruned[i - 1] + 1 });
	return ret->failed ? err_say(err, -ret->failed, "too many mounts to prune") : 0;
}
