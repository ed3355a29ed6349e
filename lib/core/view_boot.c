/* SPDX-License-Identifier: MIT */
/* The client view where the tree is the root already: /usr and /lib in their places. */
#include "core/view_boot.h"

#include "core/path_size.h"
#include "core/plan.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "core/view.h"
#include "core/view_parts.h"

/* A folder of the tree with a layer in memory on top, below /run/busypy/overlay. */
static void add_overlay(struct plan *plan, const struct view *view, const char *folder,
			const char *dst)
{
	char options[PATH_SIZE], layer[PATH_SIZE];
	struct text text;

	(void)view; /* its tree is the root */
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

int view_boot_plan(const struct view *view, struct plan *ret, struct err *err)
{
	plan_init(ret);
	plan_add(ret, &(struct op){ .type = OP_HERE });
	view_add_mkdir(ret, "usr", 0755);
	view_add_mkdir(ret, "lib", 0755);
	if (view->flags & VIEW_OVERLAY) {
		view_add_mkdir(ret, "run/busypy", 0755);
		view_add_mkdir(ret, "run/busypy/overlay", 0755);
	}
	view_add_runtime(ret, view, view->flags & VIEW_OVERLAY ? add_overlay : view_add_tree_bind);
	return view_end(view, ret, err);
}
