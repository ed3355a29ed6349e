/* SPDX-License-Identifier: MIT */
/* Ops that the plans of several views have. */
#include "core/view_parts.h"

#include <string.h>

#include "core/err.h"
#include "core/facts.h"
#include "core/path_size.h"
#include "core/plan.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "core/view.h"

int view_end(const struct view *view, const struct plan *plan, struct err *err)
{
	if (plan->failed)
		return err_set(err, -plan->failed, "cannot plan the view of %s", view->tree);
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

void view_add_tree_bind(struct plan *plan, const struct view *view, const char *folder,
			const char *dst)
{
	plan_add_from(plan,
		      &(struct op){ .type = OP_BIND, .dst = dst, .flags = VIEW_RUNTIME_FLAGS },
		      view->tree, folder);
}

void view_add_runtime(struct plan *plan, const struct view *view,
		      void (*add)(struct plan *plan, const struct view *view, const char *folder,
				  const char *dst))
{
	char folder[PATH_SIZE];
	struct text text;

	text_init(&text, folder, sizeof(folder));
	text_addf(&text, TREE_USR_OF, view->arch);
	add(plan, view, folder, "usr");
	text_init(&text, folder, sizeof(folder));
	text_addf(&text, TREE_CLIB_OF, view->arch);
	add(plan, view, folder, "lib");
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
		plan_add_from(plan,
			      &(struct op){ .type = OP_BIND,
					    .dst = dst,
					    .flags = OP_RDONLY | OP_NOSUID | OP_NOEXEC },
			      "/dev", nodes[i]);
	}
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		view_add_link(plan, links[i][0], links[i][1]);
	view_add_mkdir(plan, "dev/pts", 0755);
	view_add_mount(plan, "devpts", "dev/pts", "newinstance,ptmxmode=0666,mode=0620",
		       OP_NOSUID | OP_NOEXEC);
}
