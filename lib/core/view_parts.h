/* SPDX-License-Identifier: MIT */
/* What the plans of several views share: for the files view_*.c only. */
#ifndef BUSYPY_CORE_VIEW_PARTS_H
#define BUSYPY_CORE_VIEW_PARTS_H

#include <stdbool.h>
#include <stdint.h>

struct facts;
struct facts_entry;
struct plan;
struct view;
struct err;

/* A mount of the tree: nothing in it gives rights, and nothing of the host's reaches it. Flags of
 * plan.h. */
#define VIEW_RUNTIME_FLAGS (OP_RDONLY | OP_NOSUID | OP_NODEV | OP_PRIVATE)

/* The plan's end: 0, or what did not fit into it, with a sentence. */
int view_end(const struct view *view, const struct plan *plan, struct err *err);

/* One op each, as in plan.h. */
void view_add_mkdir(struct plan *plan, const char *dst, uint32_t mode);
void view_add_file(struct plan *plan, const char *dst, uint32_t mode, const char *data);
void view_add_link(struct plan *plan, const char *dst, const char *target);
void view_add_mount(struct plan *plan, const char *type, const char *dst, const char *options,
		    unsigned flags);
/* A folder of the tree, read-only, cut off from the propagation of the mount it comes from. */
void view_add_tree_bind(struct plan *plan, const struct view *view, const char *folder,
			const char *dst);

/* An entry of the host's "/", under its own name: a link as it is, else a mount point, and true. */
bool view_add_top(struct plan *plan, const struct facts_entry *entry);

/* /usr and /lib from the arch's runtime, the same in all views; add puts one there, as
 * view_add_tree_bind() does. */
void view_add_runtime(struct plan *plan, const struct view *view,
		      void (*add)(struct plan *plan, const struct view *view, const char *folder,
				  const char *dst));
/* What belongs into a fresh /dev: the host's nodes, links, /dev/pts. A read-only mount of a node
 * keeps its mode and owner; what it stands for can be written to all the same. */
void view_add_nodes(struct plan *plan);

#endif
