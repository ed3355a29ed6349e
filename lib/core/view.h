/* SPDX-License-Identifier: MIT */
/* Decides what a process will see: (view, facts) -> plan. Pure; facts come from lib/sys/probe. */
#ifndef BUSYPY_CORE_VIEW_H
#define BUSYPY_CORE_VIEW_H

#include <stdbool.h>
#include <stddef.h>

struct plan;
struct job;
struct err;

enum {
	FACTS_TOP_MAX = 128,	     /* entries of the host's root directory */
	FACTS_PRUNED_MAX = 8 * 1024, /* mounts that the template does without */
	FACTS_TEXT_MAX = 1024 * 1024
};

enum facts_type { FACTS_DIR, FACTS_LINK, FACTS_FILE };

struct facts_entry {
	enum facts_type type;
	bool is_mount;	    /* something is mounted on it */
	bool is_empty;	    /* a directory of a tree with nothing in it: a mount point */
	const char *name;   /* below "/", no slash */
	const char *target; /* of a link */
};

/* What was probed of kernel and disk. Large, but only what is used is ever
 * touched: static storage in the small programs. */
struct facts {
	struct facts_entry top[FACTS_TOP_MAX];
	size_t n_top;
	const char *pruned[FACTS_PRUNED_MAX]; /* mount points, deepest last */
	size_t n_pruned;
	unsigned shares; /* bit i: share i is on the host, and an empty directory in the runtime */
	bool children_locked; /* a less privileged mount namespace: mounts come as whole trees */
	char text[FACTS_TEXT_MAX];
	size_t text_used;
};

/* Empties facts. */
void facts_init(struct facts *facts);
/* Adds an entry of "/"; -E2BIG if there is no room. target may be NULL. */
int facts_add_top(struct facts *facts, enum facts_type type, bool is_mount, const char *name,
		  const char *target);
/* Adds a mount point to do without; -E2BIG if there is no room. */
int facts_add_pruned(struct facts *facts, const char *path);
/* Orders the entries by name, so that the same facts give the same plan. */
void facts_sort(struct facts *facts);

/* VIEW_BOOT is the client view made in place, by PID 1: the tree is the root already. */
enum view_kind { VIEW_HOST, VIEW_CLIENT, VIEW_BOOT };

enum view_flags {
	/* a template that lives long: later unmounts of the host must reach it */
	VIEW_PINNED = 1 << 0,
	/* VIEW_BOOT: /usr and /lib can be written to, in memory (overlayfs) */
	VIEW_OVERLAY = 1 << 1
};

struct view {
	enum view_kind kind;
	unsigned flags;
	const char *tree;      /* canonical path of the tree */
	const char *arch;      /* folder name below etc/python and etc/clib */
	const struct job *job; /* a sandbox's view; NULL for all others */
};

/* Directories of the host that the host view shows inside the runtime's /usr, one per bit of
 * facts.shares; NULL behind the last. */
const char *view_share(size_t i);

/* True if the host view brings its own name, so that the host's entry is left out. */
bool view_hides_top(const char *name);

/* Where in a view the marker stands, and the directory that a process is put in when its own
 * working directory is not in the view. Absolute paths. */
const char *view_marker(void);
const char *view_nowhere(void);

/* 0 if a tree may stand at this path; otherwise -EINVAL and why not. */
int view_tree_allowed(const char *tree, struct err *err);

/* Builds the plan. -E2BIG with a sentence where the host has more than a plan can hold. */
int view_plan(const struct view *view, const struct facts *facts, struct plan *ret,
	      struct err *err);

/* The plan for what arrives in a template later and is pruned: done in the template itself. */
int view_prune_plan(const struct facts *facts, struct plan *ret, struct err *err);

#endif
