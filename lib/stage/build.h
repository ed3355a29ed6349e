/* SPDX-License-Identifier: MIT */
/* Builds one runtime, whole. Where that stands and goes then: stage/transaction.
 */
#ifndef BUSYPY_STAGE_BUILD_H
#define BUSYPY_STAGE_BUILD_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct source;

enum { BUILD_NAME_MAX = 256 /* as BINARIES_NAME_MAX */ };

struct build_job {
	struct source *source;
	/* What a view has as /usr and /lib, and what stands in etc/busypy/<arch>: directories that
	 * do not exist yet, but for a Python beside another one. */
	const char *usr, *clib, *info;
	unsigned minor; /* which Python of the source; 0: the one that it calls python3 */
	/* The records of another Python that usr and clib have already: this one comes beside it,
	 * and info is a folder below; NULL: it is the first. */
	const char *beside;
	const char *rootfs;	  /* where our own programs are: the start-up hook */
	const char *const *peers; /* "usr" directories of other runtimes, to share files with */
	size_t n_peers;
};

/* What was built. */
struct build_result {
	unsigned minor;
	char stdlib[BUILD_NAME_MAX]; /* below usr: lib/python3.11 */
	char ldso[BUILD_NAME_MAX];   /* below clib; "" for a static interpreter */
};

/* Makes NAME in usr/bin a link to python3.MINOR: which Python that is without a number. */
int build_link(const char *usr, const char *name, unsigned minor, struct err *err);

/* Fills the three directories, but for .pyc files, times and modes. On failure what is there is the
 * caller's to remove. */
int build_runtime(const struct build_job *job, struct build_result *ret, struct err *err);

#endif
