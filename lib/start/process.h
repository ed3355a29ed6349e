/* SPDX-License-Identifier: MIT */
/* Runs a tree's Python where its scripts run, with no privilege over anything: to make an image,
 * and to prove one. */
#ifndef BUSYPY_START_PROCESS_H
#define BUSYPY_START_PROCESS_H

#include <stddef.h>
#include <stdint.h>

struct err;

struct start_process {
	const char *view; /* a pinned template, and its inode; NULL: the file system as it is */
	uint64_t view_ino;
	const char *file; /* what is executed, as it is called there */
	char *const *argv, *const *envp;
	int library, image;    /* the maker and what it makes, which it has as 3 and 4; or -1 */
	const char *made;      /* what image is called there */
	const char *folder;    /* of all images of this Python */
	int output, complaint; /* its standard output, and error; the input is empty */
	/* how it is run elsewhere, with the same promise; or NULL */
	int (*elsewhere)(const struct start_process *process, int *ret_status, struct err *err,
			 void *ctx);
	void *ctx;
};

/* Runs it to its end, for at most a minute, and as long at most as this process lives. Root's is
 * still uid 0, which no other user can trace or signal, but has no capability and gains none.
 * Returns 0 and the status as waitpid(2) has it; -ETIMEDOUT; -errno with a sentence. What fails in
 * the child before the exec is a line in complaint and exit status 126. */
int start_process_run(const struct start_process *process, int *ret_status, struct err *err);

#endif
