/* SPDX-License-Identifier: MIT */
/* Builds one runtime, whole, in a directory of its own. Where that goes then: lib/host/workspace.
 */
#ifndef BUSYPY_RUNTIME_H
#define BUSYPY_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct source;

enum { RUNTIME_NAME_MAX = 256 };

struct runtime_job {
	struct source *source;
	const char *dir;	  /* does not exist yet; receives python/usr, clib and info */
	const char *rootfs;	  /* where our own programs are: the start-up hook */
	const char *const *peers; /* "usr" directories of other runtimes, to share files with */
	size_t n_peers;
};

/* What was built. */
struct runtime_facts {
	unsigned minor;
	char stdlib[RUNTIME_NAME_MAX]; /* below python/usr: lib/python3.11 */
	char ldso[RUNTIME_NAME_MAX];   /* below clib; "" for a static interpreter */
};

/* Fills job->dir, but for .pyc files, times and modes. On failure what is there is the caller's to
 * remove. */
int runtime_build(const struct runtime_job *job, struct runtime_facts *ret, struct err *err);

#endif
