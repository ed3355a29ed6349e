/* SPDX-License-Identifier: MIT */
/* Compiles a runtime's Python files once, by whichever Python of the same minor runs here. */
#ifndef BUSYPY_STAGE_PYC_H
#define BUSYPY_STAGE_PYC_H

#include <stdbool.h>
#include <stddef.h>

struct arch;
struct err;
struct listener;

/* A runtime on disk that could compile. */
struct pyc_runtime {
	const struct arch *arch;
	unsigned minor;	  /* 11 for Python 3.11 */
	const char *tree; /* that it is of, or something that looks like one; exact */
	const char *usr;  /* directory that a view has as /usr; absolute */
	const char *clib; /* and as /lib; absolute */
	const char *ldso; /* file name in clib; "" if the interpreter is static */
};

struct pyc_job {
	const char *dir;   /* .py files below it are compiled; exact, as all paths here */
	const char *strip; /* leading part of dir that is not to be in tracebacks */
	const char *work;  /* a directory of ours that nobody else can enter, for what is between */
	bool others;	   /* the runtimes may be anybody's: this machine's Python comes first */
	bool checked;	   /* a .pyc is compared with its .py at each import: for files that users
			      may edit */
	const struct pyc_runtime *runtimes; /* candidates, the files' own runtime first */
	size_t n_runtimes;
};

/* Compiles each .py below job->dir that has no .pyc yet, by a Python in a sandbox (for other users
 * than root without, where there can be none) or this machine's own. What it leaves is not
 * believed: for each source one regular file is taken, of bounded size, that is a .pyc for it by
 * its first bytes. A file with a syntax error is passed over. A warning where nothing can compile.
 */
int pyc_compile_or_warn(const struct pyc_job *job, const struct listener *listener,
			struct err *err);

/* Gives each .py below dir that is one file with its peer's (by hard link) the peer's .pyc. */
int pyc_share(const char *dir, const char *peer, unsigned minor, struct err *err);

#endif
