/* SPDX-License-Identifier: MIT */
/* Decides what a process will see: (view, facts) -> plan. Pure; facts come from
 * lib/sys/view_gather.
 */
#ifndef BUSYPY_CORE_VIEW_H
#define BUSYPY_CORE_VIEW_H

struct facts;
struct plan;
struct view_sandbox;
struct err;

enum view_kind {
	VIEW_HOST,    /* a script of the tree on a full distribution */
	VIEW_SANDBOX, /* a test job: a client's view or the host's, in namespaces of its own */
	VIEW_BOOT     /* the client view made in place, by PID 1: the tree is the root already */
};

enum view_flags {
	/* VIEW_HOST: a template that lives long: later unmounts of the host must reach it */
	VIEW_PINNED = 1 << 0,
	/* VIEW_BOOT: /usr and /lib can be written to, in memory (overlayfs) */
	VIEW_OVERLAY = 1 << 1
};

struct view {
	enum view_kind kind;
	unsigned flags;
	const char *tree;		    /* canonical path of the tree */
	const char *arch;		    /* folder name below etc/python and etc/clib */
	const struct view_sandbox *sandbox; /* of VIEW_SANDBOX alone */
};

/* Builds the plan; VIEW_BOOT needs no facts. -E2BIG with a sentence where the host has more than a
 * plan can hold. A small program calls the function of its kind, and has no other. */
int view_plan(const struct view *view, const struct facts *facts, struct plan *ret,
	      struct err *err);

#endif
