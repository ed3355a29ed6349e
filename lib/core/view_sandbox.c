/* SPDX-License-Identifier: MIT */
/* The table of DESIGN's "Views" for sandboxes. A client's root is the tree itself, as long as it
 * has the mount points that are needed, since each mount costs time; else a small tmpfs with what
 * the tree has on top. */
#include "core/view_sandbox.h"

#include <errno.h>
#include <string.h>

#include "core/err.h"
#include "core/facts.h"
#include "core/path_size.h"
#include "core/plan.h"
#include "core/start_layout.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "core/view.h"
#include "core/view_host.h"
#include "core/view_parts.h"

/* What is never taken from the tree or the host but made. */
static const char *const fresh[] = { "dev", "proc", "run", "sys", "tmp" };
/* The tree's, in both views. */
static const char *const runtime[] = { "usr", "lib" };

static bool is_one_of(const char *name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (str_eq(name, list[i]))
			return true;
	}
	return false;
}

#define ONE_OF(name, list) is_one_of(name, list, sizeof(list) / sizeof((list)[0]))

bool view_sandbox_makes(const char *name)
{
	return ONE_OF(name, fresh) || ONE_OF(name, runtime);
}

int view_sandbox_allows(const char *dst, struct err *err)
{
	static const char *const kept[] = { "/dev", "/proc", "/sys" };

	if (!path_canonical(dst) || str_eq(dst, "/"))
		return err_say(err, EINVAL, "%s: not a canonical absolute path below /", dst);
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		if (path_below(dst, kept[i]))
			return err_say(err, EINVAL, "%s: nothing can be put on %s of a sandbox",
				       dst, kept[i]);
	}
	return 0;
}

/* "mode=1777", and the limit. */
static void add_memory(struct plan *plan, const struct view_sandbox *sandbox, const char *dst,
		       const char *mode, unsigned flags)
{
	char options[64];
	struct text text;

	text_init(&text, options, sizeof(options));
	text_addf(&text, "mode=%s", mode);
	if (sandbox->memory)
		text_addf(&text, ",size=%llu", (unsigned long long)sandbox->memory);
	view_add_mount(plan, "tmpfs", dst, options, flags);
}

/* A folder with a layer in memory: that layer's directories lie below the mount, unseen. */
static void add_overlay(struct plan *plan, const struct view *view, const char *folder,
			const char *dst)
{
	char layer[PATH_SIZE];

	add_memory(plan, view->sandbox, dst, "0755", OP_NOSUID | OP_NODEV);
	(void)path_join(layer, sizeof(layer), dst, "upper"); /* short by construction */
	view_add_mkdir(plan, layer, 0755);
	(void)path_join(layer, sizeof(layer), dst, "work");
	view_add_mkdir(plan, layer, 0755);
	plan_add_from(plan,
		      &(struct op){ .type = OP_OVERLAY, .dst = dst, .flags = OP_NOSUID | OP_NODEV },
		      view->tree, folder);
}

static void add_folder(struct plan *plan, const struct view *view, const char *folder,
		       const char *dst)
{
	if (view->sandbox->flags & VIEW_SANDBOX_WRITE)
		add_overlay(plan, view, folder, dst);
	else
		view_add_tree_bind(plan, view, folder, dst);
}

static void add_runtime(struct plan *plan, const struct view *view)
{
	for (size_t i = 0; i < sizeof(runtime) / sizeof(runtime[0]); i++)
		view_add_mkdir(plan, runtime[i], 0755);
	view_add_runtime(plan, view, add_folder);
}

static void add_root(struct plan *plan)
{
	plan_add(plan, &(struct op){ .type = OP_ROOT, .data = "size=1m,nr_inodes=1k,mode=0755" });
	for (size_t i = 0; i < sizeof(fresh) / sizeof(fresh[0]); i++)
		view_add_mkdir(plan, fresh[i], 0755);
}

/* An entry of the tree's root directory. An empty directory is a mount point: a directory of our
 * own is as good, and more can be mounted below it. */
static void add_tree_entry(struct plan *plan, const struct view *view,
			   const struct facts_entry *entry)
{
	if (view_sandbox_makes(entry->name))
		return;
	switch (entry->type) {
	case FACTS_LINK:
		view_add_link(plan, entry->name, entry->target);
		return;
	case FACTS_FILE:
		view_add_file(plan, entry->name, 0444, "");
		view_add_tree_bind(plan, view, entry->name, entry->name);
		return;
	case FACTS_DIR:
		view_add_mkdir(plan, entry->name, 0755);
		if (!entry->is_empty)
			add_folder(plan, view, entry->name, entry->name);
		return;
	}
}

/* The job's root is the machine's: the kernel lets it write to many of these files by their mode
 * alone, whatever the namespace, and no list of them is ever whole. */
static void add_proc(struct plan *plan, const struct view_sandbox *sandbox)
{
	view_add_mount(plan, "proc", "proc",
		       sandbox->flags & VIEW_SANDBOX_APART ? "hidepid=ptraceable" : NULL,
		       OP_NOSUID | OP_NODEV | OP_NOEXEC |
			       (sandbox->flags & VIEW_SANDBOX_ROOT ? OP_RDONLY : 0));
}

static void add_fresh(struct plan *plan, const struct view_sandbox *sandbox)
{
	const unsigned plain = OP_NOSUID | OP_NODEV | OP_NOEXEC;

	add_memory(plan, sandbox, "dev", "0755", OP_NOSUID | OP_NOEXEC);
	view_add_nodes(plan);
	view_add_mkdir(plan, "dev/shm", 01777);
	if (!(sandbox->flags & VIEW_SANDBOX_NO_PROC))
		add_proc(plan, sandbox);
	if (sandbox->flags & VIEW_SANDBOX_NET)
		view_add_mount(plan, "sysfs", "sys", NULL, plain | OP_RDONLY | OP_OPTIONAL);
	add_memory(plan, sandbox, "run", "0755", OP_NOSUID | OP_NODEV);
	add_memory(plan, sandbox, "tmp", "1777", OP_NOSUID | OP_NODEV);
}

/* The restorer is in the interpreter's place, which it finds by the tree's own path of it. */
static void add_images(struct plan *plan, const struct view_images *images)
{
	const unsigned flags = OP_NOSUID | OP_NODEV | OP_NOLINKS;
	const char *dst = &VIEW_IMAGES[1]; /* paths of a plan are relative */

	view_add_mkdir(plan, dst, 0755);
	plan_add(plan, &(struct op){ .type = OP_BIND,
				     .src = images->folder,
				     .dst = dst,
				     .flags = flags | (images->covered ? OP_RDONLY : 0) });
	if (images->covered)
		plan_add_from(plan,
			      &(struct op){ .type = OP_BIND,
					    .dst = images->covered,
					    .flags = flags | OP_RDONLY },
			      images->folder, START_RESTORER);
}

/* True if dst lies in what was bound before: there, nothing is ever created. */
static bool is_in_bind(const struct view_sandbox *sandbox, size_t before, const char *dst)
{
	for (size_t i = 0; i < before; i++) {
		if (sandbox->extras[i].type == VIEW_BIND && path_below(dst, sandbox->extras[i].dst))
			return true;
	}
	return false;
}

/* The directories above, and the mount point itself, as far as they are the view's own. What is
 * there already stays. */
static void add_mount_point(struct plan *plan, const struct view_sandbox *sandbox, size_t which)
{
	const struct view_extra *extra = &sandbox->extras[which];
	char path[PATH_SIZE];

	for (const char *end = strchr(extra->dst + 1, '/');; end = strchr(end + 1, '/')) {
		size_t n = end ? (size_t)(end - extra->dst) : strlen(extra->dst);

		if (str_copy_bytes(path, sizeof(path), extra->dst, n) < 0 ||
		    is_in_bind(sandbox, which, path))
			return; /* too long: plan_add says so */
		if (!end && (extra->flags & VIEW_EXTRA_FILE))
			view_add_file(plan, path + 1, 0444, "");
		else
			view_add_mkdir(plan, path + 1, 0755);
		if (!end)
			return;
	}
}

static void add_extras(struct plan *plan, const struct view_sandbox *sandbox)
{
	for (size_t i = 0; i < sandbox->n_extras; i++) {
		const struct view_extra *extra = &sandbox->extras[i];
		struct op op = { .type = OP_RBIND, .src = extra->src, .dst = extra->dst + 1 };

		add_mount_point(plan, sandbox, i);
		if (extra->type == VIEW_TMPFS) {
			add_memory(plan, sandbox, op.dst, "0755", OP_NOSUID | OP_NODEV);
			continue;
		}
		op.flags = OP_NOSUID | OP_NODEV | OP_NOLINKS;
		if (extra->flags & VIEW_EXTRA_RDONLY)
			op.flags |= OP_RDONLY;
		plan_add(plan, &op);
	}
}

/* True if the tree's own root directory will do. */
static bool tree_is_root(const struct view_sandbox *sandbox, const struct facts *facts)
{
	for (size_t i = 0; i < sandbox->n_extras; i++) {
		if (!facts_find_top(facts, sandbox->extras[i].dst))
			return false;
	}
	for (size_t i = 0; i < sizeof(fresh) / sizeof(fresh[0]); i++) {
		char path[8] = "/";

		if (str_copy(path + 1, sizeof(path) - 1, fresh[i]) < 0 ||
		    !facts_find_top(facts, path))
			return false;
	}
	return !(sandbox->flags & VIEW_SANDBOX_WRITE);
}

/* An empty directory of the tree in which a mount point must be made: memory takes its place. */
static void add_holders(struct plan *plan, const struct view_sandbox *sandbox,
			const struct facts *facts)
{
	const struct facts_entry *entry;

	for (size_t i = 0; i < facts->n_top; i++) {
		entry = &facts->top[i];
		for (size_t j = 0;
		     entry->is_empty && !view_sandbox_makes(entry->name) && j < sandbox->n_extras;
		     j++) {
			if (facts_find_top(facts, sandbox->extras[j].dst) != entry ||
			    !strchr(sandbox->extras[j].dst + 1, '/'))
				continue;
			view_add_mount(plan, "tmpfs", entry->name, "mode=0755,size=1m",
				       OP_NOSUID | OP_NODEV);
			break;
		}
	}
}

static void plan_client(const struct view *view, const struct facts *facts, struct plan *plan)
{
	if (tree_is_root(view->sandbox, facts)) {
		plan_add(plan, &(struct op){ .type = OP_TREE,
					     .src = view->tree,
					     .flags = VIEW_RUNTIME_FLAGS });
		view_add_runtime(plan, view, view_add_tree_bind);
		add_holders(plan, view->sandbox, facts);
		return;
	}
	add_root(plan);
	for (size_t i = 0; i < facts->n_top; i++)
		add_tree_entry(plan, view, &facts->top[i]);
	add_runtime(plan, view);
}

/* Of the entries of the host's root directory, those that are the host's in its view, too. */
static bool is_hosts(const char *name)
{
	return !view_hides_top(name) && (!ONE_OF(name, fresh) || name[0] == 's');
}

/* The host's files cannot be written to, and what other processes are reached by is not there. */
static void add_host_entry(struct plan *plan, const struct facts_entry *entry)
{
	if (!is_hosts(entry->name) || !view_add_top(plan, entry))
		return;
	plan_add_from(plan,
		      &(struct op){ .type = OP_RBIND,
				    .dst = entry->name,
				    .flags = OP_RDONLY | OP_NOSUID | OP_NODEV },
		      "/", entry->name);
}

static void plan_host(const struct view *view, const struct facts *facts, struct plan *plan)
{
	add_root(plan);
	view_host_add_marker(plan, view);
	for (size_t i = 0; i < facts->n_top; i++)
		add_host_entry(plan, &facts->top[i]);
	add_runtime(plan, view);
	view_add_link(plan, "lib64", "lib");
	for (size_t i = 0; i < TREE_SHARED_FOLDERS; i++) {
		view_add_mkdir(plan, tree_shared[i], 0755);
		add_folder(plan, view, tree_shared[i], tree_shared[i]);
	}
	view_host_add_shares(plan, facts, OP_RDONLY);
}

static bool is_in_host_view(const struct view_sandbox *sandbox, const char *path)
{
	char top[PATH_SIZE];

	return (sandbox->flags & VIEW_SANDBOX_HOST) &&
	       str_copy_bytes(top, sizeof(top), path + 1, strcspn(path + 1, "/")) == 0 &&
	       is_hosts(top);
}

/* Without the host's network nothing of it is to be talked to: not even where its folder is bound.
 */
static bool is_in_extra(const struct view_sandbox *sandbox, const struct view_extra *extra,
			const char *path)
{
	return (sandbox->flags & VIEW_SANDBOX_NET) && extra->type == VIEW_BIND &&
	       path_below(path, extra->src) && !str_eq(path, extra->src);
}

bool view_sandbox_covers(const struct view_sandbox *sandbox, const char *path)
{
	if (is_in_host_view(sandbox, path))
		return true;
	for (size_t i = 0; i < sandbox->n_extras; i++) {
		if (is_in_extra(sandbox, &sandbox->extras[i], path))
			return true;
	}
	return false;
}

static void add_cover(struct plan *plan, const struct view_sandbox *sandbox, const char *dst)
{
	for (size_t i = 0; i < sandbox->n_extras; i++) {
		if (str_eq(dst, sandbox->extras[i].dst))
			return; /* asked for by its name */
	}
	plan_add(plan, &(struct op){ .type = OP_COVER,
				     .src = "@/dev/null",
				     .dst = dst + 1,
				     .flags = OP_RDONLY | OP_NOSUID | OP_NODEV | OP_NOEXEC });
}

/* The same below what is bound. Without a cover there is no view: a path that is too long can be
 * gone in parts. */
static void add_cover_below(struct plan *plan, const struct view_sandbox *sandbox, const char *dir,
			    const char *name)
{
	char dst[PATH_SIZE];

	if (plan->failed)
		return;
	plan->failed = path_join(dst, sizeof(dst), dir, name);
	if (!plan->failed)
		add_cover(plan, sandbox, dst);
}

/* No mount keeps a job from connecting to a socket that it sees. */
static void add_covers(struct plan *plan, const struct view_sandbox *sandbox,
		       const struct facts *facts)
{
	for (size_t i = 0; i < facts->n_sockets; i++) {
		const char *path = facts->sockets[i];

		if (is_in_host_view(sandbox, path))
			add_cover(plan, sandbox, path);
		for (size_t j = 0; j < sandbox->n_extras; j++) {
			const struct view_extra *extra = &sandbox->extras[j];

			if (is_in_extra(sandbox, extra, path))
				add_cover_below(plan, sandbox, extra->dst,
						path + strlen(extra->src) + 1);
		}
	}
}

/* What is bound is what is there now: a mount that the host makes later would come writable, with
 * devices and set-user-ID programs. And a link of the tree leads nowhere but in its view. */
static void hold(struct plan *plan, const struct view *view)
{
	for (size_t i = 0; i < plan->n_ops; i++) {
		struct op *op = &plan->ops[i];

		if (op->type == OP_BIND || op->type == OP_RBIND)
			op->flags |= OP_PRIVATE;
		if (op->src && path_below(op->src, view->tree))
			op->flags |= OP_NOLINKS;
	}
}

int view_sandbox_plan(const struct view *view, const struct facts *facts, struct plan *ret,
		      struct err *err)
{
	plan_init(ret);
	plan_add(ret, &(struct op){ .type = OP_SLAVE });
	if (view->sandbox->flags & VIEW_SANDBOX_HOST)
		plan_host(view, facts, ret);
	else
		plan_client(view, facts, ret);
	add_fresh(ret, view->sandbox);
	if (view->sandbox->images && !(view->sandbox->flags & VIEW_SANDBOX_HOST))
		add_images(ret, view->sandbox->images);
	add_extras(ret, view->sandbox);
	add_covers(ret, view->sandbox, facts);
	hold(ret, view);
	if (!(view->sandbox->flags & VIEW_SANDBOX_WRITE))
		plan_add(ret, &(struct op){ .type = OP_FLAGS,
					    .dst = ".",
					    .flags = OP_RDONLY | OP_NOSUID | OP_NODEV });
	plan_add(ret, &(struct op){ .type = OP_PIVOT });
	return view_end(view, ret, err);
}
