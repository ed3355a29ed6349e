/* SPDX-License-Identifier: MIT */
/* The facts of every view, and of a template what it does without. */
#include "handler/template_plan.h"

#include <errno.h>
#include <stdlib.h>

#include "base/array.h"
#include "core/err.h"
#include "core/facts.h"
#include "core/view.h"
#include "handler/generation.h"
#include "handler/mounts.h"
#include "sys/view_gather.h"

static int gather(const struct conf *conf, const struct view *view, struct facts *ret,
		  struct err *err)
{
	int r = view_gather(view, ret, err);

	if (r < 0)
		return r;
	r = mounts_find_pruned(conf, ret, err);
	if (r < 0)
		return r;
	/* Being a slave, our own tmpfs is unbindable no more; no view needs it. */
	if (facts_add_pruned(ret, GENERATION_ROOT) < 0)
		return err_say(err, E2BIG, "too many mounts are pruned");
	return 0;
}

int template_plan(const struct conf *conf, const char *tree, const char *arch, struct plan *ret,
		  struct err *err)
{
	struct view view = {
		.kind = VIEW_HOST,
		.flags = VIEW_PINNED,
		.tree = tree,
		.arch = arch,
	};
	ARRAY_FREE struct facts *facts = malloc(sizeof(*facts)); /* too large for a stack */
	int r;

	if (!facts)
		return err_set(err, ENOMEM, "cannot compose a view");
	r = gather(conf, &view, facts, err);
	if (r < 0)
		return r;
	return view_plan(&view, facts, ret, err);
}
