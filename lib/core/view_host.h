/* SPDX-License-Identifier: MIT */
/* The view of a script on a full distribution: the host's files, with the tree's runtime and
 * programs in their places. Pure. */
#ifndef BUSYPY_CORE_VIEW_HOST_H
#define BUSYPY_CORE_VIEW_HOST_H

#include <stdbool.h>
#include <stddef.h>

struct facts;
struct plan;
struct view;
struct err;

/* As view_plan(), for VIEW_HOST. */
int view_host_plan(const struct view *view, const struct facts *facts, struct plan *ret,
		   struct err *err);

/* The parts that a sandbox's view of the host has, too: what of the host's /usr is shown, with
 * these flags besides; the marker by which the loader knows that it is in a view. */
void view_host_add_shares(struct plan *plan, const struct facts *facts, unsigned flags);
void view_host_add_marker(struct plan *plan, const struct view *view);

/* Directories of the host that the host view shows inside the runtime's /usr, one per bit of
 * facts.shares; NULL after the last. */
const char *view_share(size_t i);

/* True if the host view brings its own name, so that the host's entry is left out. */
bool view_hides_top(const char *name);

/* Where in a view the marker stands, and the directory that a process is put in when its own
 * working directory is not in the view. Absolute paths. */
const char *view_marker(void);
const char *view_nowhere(void);

/* 0 if a tree may stand at this path; otherwise -EINVAL and why not. */
int view_tree_allowed(const char *tree, struct err *err);

/* The plan for what arrives in a template later and is pruned: done in the template itself. */
int view_prune_plan(const struct facts *facts, struct plan *ret, struct err *err);

#endif
