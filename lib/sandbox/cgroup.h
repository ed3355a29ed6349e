/* SPDX-License-Identifier: MIT */
/* A cgroup of one's own, where version 2 is delegated to the caller; cgroups(7). */
#ifndef BUSYPY_SANDBOX_CGROUP_H
#define BUSYPY_SANDBOX_CGROUP_H

#include <stdint.h>
#include <sys/types.h>

enum { CGROUP_NAME_MAX = 64 };

struct cgroup_limits {
	uint64_t memory, pids; /* bytes, processes and threads; 0: none */
};

/* parent is -1 where there is none. */
struct cgroup {
	int parent, dir; /* the directories */
	int procs;	 /* cgroup.procs: who writes "0" to it, belongs to it */
	pid_t janitor;	 /* removes it should this process die */
	char name[CGROUP_NAME_MAX];
};

/* Makes one below the caller's own or above, as far as it may, with these limits. number tells
 * those of one process apart. -ENOENT if none is delegated: nothing has happened then. */
int cgroup_make(const struct cgroup_limits *limits, unsigned number, struct cgroup *ret);

/* The most memory that it used at one time, in bytes; 0 if that is not told. */
uint64_t cgroup_peak(const struct cgroup *cgroup);

/* Kills what is left in it, and removes it. */
void cgroup_remove(struct cgroup *cgroup);

#endif
