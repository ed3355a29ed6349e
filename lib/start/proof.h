/* SPDX-License-Identifier: MIT */
/* Whether an image is as good as a plain start: scripts that are run both ways and compared. */
#ifndef BUSYPY_START_PROOF_H
#define BUSYPY_START_PROOF_H

#include <stddef.h>

struct err;
struct folder;
struct start_process;

/* One way of starting a script: what is executed; a script's path is put after argv. */
struct start_way {
	const char *file;
	char *const *argv; /* NULL after the last word before the script's */
};

struct start_proof {
	char *const *asked; /* the environment in which a restorer also says why it is not */
	const struct start_process *process; /* where; file and argv are of each run */
	const struct folder *folder;	     /* for the scripts */
	const char *shown;		     /* its path, there */
	struct start_way plain;
	const struct start_way *restored;
	size_t n;
};

/* 0 if each of n ways does what a plain start does, script for script, and does so from an image.
 * -EPROTO with a sentence about the first difference. The scripts are removed again. */
int start_proof_run(const struct start_proof *proof, struct err *err);

#endif
