/* SPDX-License-Identifier: MIT */
/* The view of a sandbox, where a job runs: a client's or a host's, with what was asked for besides.
 * Made in namespaces of its own, never on a machine's. Pure. */
#ifndef BUSYPY_CORE_VIEW_SANDBOX_H
#define BUSYPY_CORE_VIEW_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct facts;
struct plan;
struct view;

enum { VIEW_EXTRAS_MAX = 64 };

enum view_extra_type { VIEW_BIND, VIEW_TMPFS };

enum view_extra_flags {
	VIEW_EXTRA_RDONLY = 1 << 0,
	VIEW_EXTRA_FILE = 1 << 1 /* src is a file, not a directory */
};

struct view_extra {
	enum view_extra_type type;
	unsigned flags;	 /* enum view_extra_flags */
	const char *src; /* canonical path on the host, of a VIEW_BIND */
	const char *dst; /* canonical path in the view, not "/" */
};

enum view_sandbox_flags {
	VIEW_SANDBOX_WRITE = 1 << 0,  /* a layer in memory over the tree, thrown away */
	VIEW_SANDBOX_ROOT = 1 << 1,   /* the machine's root: the kernel's files are guarded */
	VIEW_SANDBOX_NET = 1 << 2,    /* a network namespace of its own: so /sys can be mounted */
	VIEW_SANDBOX_HOST = 1 << 3,   /* the host's files, read-only, instead of the tree's */
	VIEW_SANDBOX_APART = 1 << 4,  /* without namespaces: /proc shows what is the job's own */
	VIEW_SANDBOX_NO_PROC = 1 << 5 /* nothing can keep others' roots apart there: no /proc */
};

/* Where a client's view shows images of its Python, core/start_layout. */
#define VIEW_IMAGES "/run/busypy.start"

/* Which images. */
struct view_images {
	const char *folder;  /* on the host */
	const char *covered; /* below the view's root: the interpreter, in whose place the restorer
			      * is; NULL while images are made: then the folder can be written to */
};

struct view_sandbox {
	const struct view_images *images; /* or NULL */
	unsigned flags;			  /* enum view_sandbox_flags */
	uint64_t memory; /* bytes that each file system in memory may hold; 0: the kernel's half */
	const struct view_extra *extras; /* in this order: a later one may cover an earlier one */
	size_t n_extras;
};

/* 0 if something can be put at this path of a job's view; otherwise -EINVAL and why not. */
int view_sandbox_allows(const char *dst, struct err *err);

/* True if a client's view has its own of that name, whatever the tree has at its top. */
bool view_sandbox_makes(const char *name);

/* True if the view would show this file of the host, and a socket that it is could be connected to
 * though nothing says so: with the host's files, or without its network. One that is itself bound
 * was asked for. */
bool view_sandbox_covers(const struct view_sandbox *sandbox, const char *path);

/* As view_plan(), for VIEW_SANDBOX. facts->top is the root directory of the tree, or with
 * VIEW_SANDBOX_HOST the host's; facts->sockets those of view_sandbox_covers(). */
int view_sandbox_plan(const struct view *view, const struct facts *facts, struct plan *ret,
		      struct err *err);

#endif
