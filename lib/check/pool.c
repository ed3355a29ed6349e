/* SPDX-License-Identifier: MIT */
/* Workers are forked: they have the list of files already. What they find comes back in a file
 * without a name, as texts; the last thing said tells over what one has died. */
#include "check/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/array.h"
#include "check/check.h"
#include "check/finding.h"
#include "check/part.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/str.h"
#include "sys/fd.h"

enum {
	WORKERS_MAX = 8,
	ANSWER_MAX = 256 * 1024 * 1024, /* bytes of all findings of a worker */
	FINDINGS_MAX = 1000 * 1000
};

/* What a worker may take: hostile files (a million names of one hash) cannot make it more. */
#define MEMORY_MAX (2048ULL * 1024 * 1024) /* bytes */
static const uint64_t time_max = 900;	   /* seconds of a processor; ten archs take some five */

struct worker {
	pid_t pid;
	int fd; /* a file without a name: what it found */
	char *bytes;
	size_t n;
};

struct pool {
	const struct check_part *part;
	const struct pool_job *jobs;
	size_t n_jobs;
	int queue[2]; /* one byte a job; whoever reads it does it */
	struct worker workers[WORKERS_MAX];
	size_t n_workers;
	struct finding *found;
	size_t n_found, room;
	uint64_t elf_files;
};

/* -- in a worker ---------------------------------------------------------------------------- */

static void put(FILE *to, const char *text)
{
	(void)fwrite(text ? text : "", 1, (text ? strlen(text) : 0) + 1, to);
}

/* 'F', severity, and five texts. */
static void put_finding(const struct finding *finding, void *ctx)
{
	FILE *to = ctx;

	(void)fputc('F', to);
	(void)fputc(finding->severity, to);
	put(to, finding->path);
	put(to, finding->arch);
	put(to, finding->what);
	put(to, finding->why);
	put(to, finding->mend);
}

/* 'L' and three texts. */
static void put_library(const char *file, const char *name, const char *path, void *ctx)
{
	FILE *to = ctx;

	(void)fputc('L', to);
	put(to, file);
	put(to, name);
	put(to, path);
}

/* 'B' and the job's number; what it found; 'E' and a number of ELF files, or 'X', the code and the
 * sentence of what went wrong. */
static void do_job(const struct pool *pool, const struct pool_job *job, FILE *to)
{
	struct check_part part = *pool->part;
	struct findings findings = { .found = put_finding, .ctx = to, .tree = part.request->tree };
	struct err err = { 0 };
	char number[24];
	int r;

	part.arch = job->arch;
	part.findings = &findings;
	part.elf_files = 0;
	part.resolved = part.request->library ? put_library : NULL;
	part.ctx = to;
	(void)fputc('B', to);
	(void)fputc((int)(job - pool->jobs), to);
	(void)fflush(to); /* if it dies, this says over what */
	r = job->run(&part, &err);
	(void)snprintf(number, sizeof(number), "%llu",
		       (unsigned long long)(r < 0 ? (unsigned)-r : part.elf_files));
	(void)fputc(r < 0 ? 'X' : 'E', to);
	put(to, number);
	put(to, r < 0 ? err.text : "");
}

/* A safety net: limits may be lower already. */
static void limit_resources(void)
{
	const struct rlimit time = { time_max, time_max };

#ifndef __SANITIZE_ADDRESS__
	const struct rlimit limit = { MEMORY_MAX, MEMORY_MAX };

	(void)setrlimit(RLIMIT_AS, &limit);
#endif
	(void)setrlimit(RLIMIT_CPU, &time);
}

static _Noreturn void work(const struct pool *pool, int fd)
{
	FILE *to = fdopen(fd, "w");
	unsigned char i;

	if (!to)
		_exit(1);
	limit_resources();
	while (read(pool->queue[0], &i, 1) == 1)
		do_job(pool, &pool->jobs[i], to);
	_exit(fclose(to) == 0 ? 0 : 1);
}

/* -- starting and collecting ---------------------------------------------------------------- */

static size_t count_processors(void)
{
	cpu_set_t set;
	int n = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;

	return n < 1 ? 1 : n > WORKERS_MAX ? WORKERS_MAX : (size_t)n;
}

static int start_workers(struct pool *pool, struct err *err)
{
	size_t n = count_processors();

	if (pipe2(pool->queue, O_CLOEXEC) < 0)
		return err_set(err, errno, "cannot start a check");
	for (size_t i = 0; i < pool->n_jobs; i++) {
		unsigned char number = (unsigned char)i;

		if (write(pool->queue[1], &number, 1) != 1) /* a pipe holds far more */
			return err_set(err, errno, "cannot start a check");
	}
	(void)close(fd_steal(&pool->queue[1])); /* so that reading ends */
	for (size_t i = 0; i < n && i < pool->n_jobs; i++) {
		struct worker *worker = &pool->workers[i];

		worker->fd = memfd_create("busypy-check", MFD_CLOEXEC);
		worker->pid = worker->fd < 0 ? -1 : fork();
		if (worker->pid == 0)
			work(pool, worker->fd);
		pool->n_workers = i + 1;
		if (worker->pid < 0)
			return err_set(err, errno, "cannot start a check");
	}
	return 0;
}

/* The text at *at, which is moved past it; NULL if it is cut. */
static const char *take(const char **at, const char *end)
{
	const char *text = *at, *nul = memchr(text, '\0', (size_t)(end - text));

	if (!nul)
		return NULL;
	*at = nul + 1;
	return text;
}

static int take_finding(struct pool *pool, const char **at, const char *end)
{
	const char *texts[5];
	int severity = *at < end ? *(*at)++ : 0;

	if (severity < FINDING_ERROR || severity > FINDING_NOTE)
		return -EIO;
	for (size_t i = 0; i < 5; i++) {
		texts[i] = take(at, end);
		if (!texts[i])
			return -EIO;
	}
	if (pool->n_found == FINDINGS_MAX ||
	    array_reserve(&pool->found, &pool->room, pool->n_found + 1, sizeof(*pool->found)) < 0)
		return -ENOMEM;
	pool->found[pool->n_found++] = (struct finding){ .path = texts[0],
							 .arch = texts[1][0] ? texts[1] : NULL,
							 .what = texts[2],
							 .why = texts[3],
							 .mend = texts[4],
							 .severity = severity };
	return 0;
}

/* Libraries are told at once: they are no findings that have to be in order. */
static int take_library(const struct pool *pool, const struct pool_job *job, const char **at,
			const char *end)
{
	const char *texts[3];

	for (size_t i = 0; i < 3; i++) {
		texts[i] = take(at, end);
		if (!texts[i])
			return -EIO;
	}
	if (!job || !job->arch || !pool->part->request->library)
		return -EIO;
	pool->part->request->library(job->arch->name, texts[0], texts[1][0] ? texts[1] : NULL,
				     texts[1][0] ? texts[2] : NULL, pool->part->request->ctx);
	return 0;
}

/* Reads a worker's answer; *ret_job is what it was about when that ended. */
static int take_answer(struct pool *pool, struct worker *worker, const struct pool_job **ret_job,
		       struct err *err)
{
	const char *at = worker->bytes, *end = at + worker->n;
	int r = 0;

	while (r == 0 && at < end) {
		const char *text, *number;
		uint64_t value = 0;

		switch (*at++) {
		case 'B':
			if (at == end || (unsigned char)*at >= pool->n_jobs)
				return -EIO;
			*ret_job = &pool->jobs[(unsigned char)*at++];
			break;
		case 'F':
			r = take_finding(pool, &at, end);
			break;
		case 'L':
			r = take_library(pool, *ret_job, &at, end);
			break;
		case 'E':
		case 'X':
			r = at[-1] == 'X' ? -EIO : 0;
			number = take(&at, end);
			text = number ? take(&at, end) : NULL;
			if (!text || str_to_u64(number, 10, &value) < 0)
				return -EIO;
			if (r < 0)
				return err_say(err, (int)value, "%s", text);
			pool->elf_files += value;
			*ret_job = NULL;
			break;
		default:
			return -EIO;
		}
	}
	return r;
}

static int map_answer(struct worker *worker)
{
	struct stat st;

	if (fstat(worker->fd, &st) < 0)
		return -errno;
	if (st.st_size > ANSWER_MAX)
		return -E2BIG;
	worker->n = (size_t)st.st_size;
	if (!worker->n)
		return 0;
	worker->bytes = mmap(NULL, worker->n, PROT_READ, MAP_SHARED, worker->fd, 0);
	if (worker->bytes == MAP_FAILED) {
		worker->bytes = NULL;
		return -errno;
	}
	return 0;
}

static int collect(struct pool *pool, struct worker *worker, struct err *err)
{
	const struct pool_job *job = NULL;
	int status = 0, r;

	while (waitpid(worker->pid, &status, 0) < 0) {
		if (errno != EINTR)
			return err_set(err, errno, "cannot wait for a check");
	}
	worker->pid = 0;
	r = map_answer(worker);
	if (r < 0)
		return err_set(err, -r, "cannot collect what was found");
	r = take_answer(pool, worker, &job, err);
	if (r < 0)
		return err->code ? r : err_set(err, -r, "cannot collect what was found");
	if (WIFSIGNALED(status))
		return err_say(err, EIO, "cannot check %s%s%s: the process was ended by signal %d",
			       job ? job->name : "it", job && job->arch ? " for " : "",
			       job && job->arch ? job->arch->name : "", WTERMSIG(status));
	if (status)
		return err_set(err, EIO, "cannot collect what was found");
	return 0;
}

int pool_run(const struct check_part *part, const struct pool_job *jobs, size_t n_jobs,
	     struct pool **ret, struct err *err)
{
	struct pool *pool = calloc(1, sizeof(*pool));
	int r;

	if (!pool)
		return err_set(err, ENOMEM, "cannot start a check");
	*pool = (struct pool){ .part = part, .jobs = jobs, .n_jobs = n_jobs, .queue = { -1, -1 } };
	r = start_workers(pool, err);
	for (size_t i = 0; r == 0 && i < pool->n_workers; i++)
		r = collect(pool, &pool->workers[i], err);
	if (r < 0) {
		pool_free(pool);
		return r;
	}
	*ret = pool;
	return 0;
}

struct finding *pool_findings(struct pool *pool, size_t *ret_n)
{
	*ret_n = pool->n_found;
	return pool->found;
}

uint64_t pool_elf_files(const struct pool *pool)
{
	return pool->elf_files;
}

void pool_free(struct pool *pool)
{
	if (!pool)
		return;
	for (size_t i = 0; i < 2; i++) {
		if (pool->queue[i] >= 0)
			(void)close(pool->queue[i]); /* a pipe has nothing to write out */
	}
	for (size_t i = 0; i < pool->n_workers; i++) {
		struct worker *worker = &pool->workers[i];

		if (worker->pid > 0) {
			(void)kill(worker->pid, SIGKILL); /* it is ours: not waited for yet */
			(void)waitpid(worker->pid, NULL, 0);
		}
		if (worker->bytes)
			(void)munmap(worker->bytes, worker->n);
		if (worker->fd >= 0)
			(void)close(worker->fd); /* nothing is kept of it */
	}
	free(pool->found);
	free(pool);
}
