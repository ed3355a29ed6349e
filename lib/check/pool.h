/* SPDX-License-Identifier: MIT */
/* Runs the parts of a check in worker processes, so that all processors are used, and a part that
 * dies over a hostile file is an answer, too. */
#ifndef BUSYPY_CHECK_POOL_H
#define BUSYPY_CHECK_POOL_H

#include <stddef.h>
#include <stdint.h>

struct arch;
struct check_part;
struct err;
struct finding;
struct pool;

struct pool_job {
	int (*run)(struct check_part *part, struct err *err);
	const struct arch *arch; /* NULL: about the tree */
	const char *name;	 /* in sentences */
};

enum { POOL_JOBS_MAX = 255 };

/* Does all jobs, each with a copy of part. Libraries are told to part->request at once.
 * -errno with a sentence if a job could not be done. part and jobs are borrowed until pool_free. */
int pool_run(const struct check_part *part, const struct pool_job *jobs, size_t n_jobs,
	     struct pool **ret, struct err *err);

/* What was found, in no order; the caller may order it. It goes with the pool. */
struct finding *pool_findings(struct pool *pool, size_t *ret_n);

/* How many ELF files there were. */
uint64_t pool_elf_files(const struct pool *pool);

/* Ends the workers that are left. NULL is fine. */
void pool_free(struct pool *pool);

#endif
