/* SPDX-License-Identifier: MIT */
/* The view of a sandbox, where a job runs: a client's or a host's, with what was asked for besides.
 * Made in namespaces of its own, never on a machine's. Pure. */
#ifndef BUSYPY_CORE_JOB_H
#define BUSYPY_CORE_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct facts;
struct plan;
struct view;

enum { JOB_EXTRAS_MAX = 64 };

enum job_extra_type { JOB_BIND, JOB_TMPFS };

enum job_extra_flags {
	JOB_RDONLY = 1 << 0,
	JOB_FILE = 1 << 1 /* src is a file, not a directory */
};

struct job_extra {
	enum job_extra_type type;
	unsigned flags;	 /* enum job_extra_flags */
	const char *src; /* canonical path on the host, of a JOB_BIND */
	const char *dst; /* canonical path in the view, not "/" */
};

enum job_flags {
	JOB_WRITE = 1 << 0, /* a layer in memory over the tree, thrown away */
	JOB_ROOT = 1 << 1,  /* the caller is the machine's root: the kernel's files are guarded */
	JOB_NET = 1 << 2    /* a network namespace of its own: so /sys can be mounted */
};

struct job {
	unsigned flags;	 /* enum job_flags */
	uint64_t memory; /* bytes that each file system in memory may hold; 0: the kernel's half */
	const struct job_extra *extras; /* in this order: a later one may cover an earlier one */
	size_t n_extras;
};

/* 0 if something can be put at this path of a job's view; otherwise -EINVAL and why not. */
int job_dst_allowed(const char *dst, struct err *err);

/* True if a client's view has its own of that name, whatever the tree has at its top. */
bool job_makes(const char *name);

/* Builds the plan of view->job, for view_plan(). facts->top is the root directory of the tree for a
 * client view, the host's for a host view. */
int job_plan(const struct view *view, const struct facts *facts, struct plan *ret, struct err *err);

#endif
