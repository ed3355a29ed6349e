/* SPDX-License-Identifier: MIT */
/* Runs a Python's compileall over files, into a directory beside. A Python of a tree, of a
 * directory or of packages runs in a sandbox that sees nothing but the tree and the files. */
#ifndef BUSYPY_STAGE_COMPILER_H
#define BUSYPY_STAGE_COMPILER_H

#include <stddef.h>

#include "core/path_size.h"

struct err;
struct pyc_job;

enum { COMPILER_WHY_MAX = 512 };

struct compiler {
	const struct pyc_job *job;
	const char *names; /* below job->strip, each with a line feed after it */
	const char *dir;   /* exact path of an empty directory that nobody else can enter */
	/* what compileall has made is in dir/pyc, followed by this, followed by a file's folder */
	char at[PATH_SIZE];
	char why[COMPILER_WHY_MAX]; /* a sandbox could not be had; "" */
};

/* Compiles all of them by the first Python of the job's minor that runs: of this machine, of the
 * job's runtimes, natively or under qemu-user. 0; 1 if there is none; -errno with a sentence. */
int compiler_run(struct compiler *compiler, struct err *err);

#endif
