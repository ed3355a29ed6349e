/* SPDX-License-Identifier: MIT */
/* Divides a check into parts, runs them in as many processes as there are processors, and puts
 * what they found in order. */
#include "check/check.h"

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
#include "base/listener.h"
#include "check/finding.h"
#include "check/part.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "sys/fd.h"
#include "sys/tree.h"

enum {
	WORKERS_MAX = 8,
	JOBS_MAX = 8 * CHECK_ARCHS_MAX,
	ANSWER_MAX = 256 * 1024 * 1024, /* bytes of all findings of a worker */
	FINDINGS_MAX = 1000 * 1000
};

/* What a worker may take: hostile files (a million names of one hash) cannot make it more. */
static const uint64_t memory_max = 2048ULL * 1024 * 1024; /* bytes */
static const uint64_t time_max = 900; /* seconds of a processor; ten archs take some five */

typedef int part_fn(struct check_part *part, struct err *err);

struct job {
	part_fn *run;
	const struct arch *arch;
	const char *name; /* in sentences */
};

/* Everything about one run. */
struct run {
	struct check_request request; /* with the canonical tree */
	char tree[PATH_SIZE];
	struct check_part part; /* a worker changes its own copy */
	struct check_index index;
	struct job jobs[JOBS_MAX];
	size_t n_jobs;
	int queue[2]; /* one byte a job; whoever reads it does it */
	size_t n_workers;
	struct worker {
		pid_t pid;
		int fd; /* a file without a name: what it found */
		char *bytes;
		size_t n;
	} workers[WORKERS_MAX];
	struct finding *found;
	size_t n_found, room;
	struct check_counts counts;
};

/* -- in a worker ---------------------------------------------------------------------------- */

static void put(FILE *to, const char *text)
{
	(void)fwrite(text ? text : "", 1, (text ? strlen(text) : 0) + 1, to);
}

/* 'F', severity, and five texts. */
static void put_finding(void *userdata, const struct finding *finding)
{
	FILE *to = userdata;

	(void)fputc('F', to);
	(void)fputc(finding->severity, to);
	put(to, finding->path);
	put(to, finding->arch);
	put(to, finding->what);
	put(to, finding->why);
	put(to, finding->mend);
}

/* 'L' and three texts. */
static void put_library(void *userdata, const char *file, const char *name, const char *path)
{
	FILE *to = userdata;

	(void)fputc('L', to);
	put(to, file);
	put(to, name);
	put(to, path);
}

/* 'B' and the job's number; what it found; 'E' and a number of ELF files, or 'X', the code and the
 * sentence of what went wrong. */
static void do_job(const struct run *run, const struct job *job, FILE *to)
{
	struct check_part part = run->part;
	struct findings findings = { .found = put_finding,
				     .userdata = to,
				     .tree = part.request->tree };
	struct err err = { 0 };
	char number[24];
	int r;

	part.arch = job->arch;
	part.findings = &findings;
	part.elf_files = 0;
	part.resolved = part.request->library ? put_library : NULL;
	part.userdata = to;
	(void)fputc('B', to);
	(void)fputc((int)(job - run->jobs), to);
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
	const struct rlimit limit = { memory_max, memory_max };

	(void)setrlimit(RLIMIT_AS, &limit);
#endif
	(void)setrlimit(RLIMIT_CPU, &time);
}

static void work(const struct run *run, int fd)
{
	FILE *to = fdopen(fd, "w");
	unsigned char i;

	if (!to)
		_exit(1);
	limit_resources();
	while (read(run->queue[0], &i, 1) == 1)
		do_job(run, &run->jobs[i], to);
	_exit(fclose(to) == 0 ? 0 : 1);
}

/* -- starting and collecting ---------------------------------------------------------------- */

static size_t count_processors(void)
{
	cpu_set_t set;
	int n = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;

	return n < 1 ? 1 : n > WORKERS_MAX ? WORKERS_MAX : (size_t)n;
}

static void add_job(struct run *run, part_fn *part, const struct arch *arch, const char *name)
{
	if (run->n_jobs < JOBS_MAX)
		run->jobs[run->n_jobs++] = (struct job){ part, arch, name };
}

/* The long ones first. */
static void add_jobs(struct run *run)
{
	unsigned skip = run->part.request->skip;

	for (size_t i = 0; !(skip & CHECK_SKIP_ELF) && i < run->part.n_archs; i++)
		add_job(run, check_elf, run->part.archs[i], "the ELF files");
	for (size_t i = 0; !(skip & CHECK_SKIP_LAYOUT) && i < run->part.n_archs; i++)
		add_job(run, check_sums, run->part.archs[i], "the checksums");
	if (!(skip & (CHECK_SKIP_PROGRAMS | CHECK_SKIP_SYNTAX)))
		add_job(run, check_syntax, NULL, "the syntax of programs");
	if (!(skip & CHECK_SKIP_PROGRAMS)) {
		add_job(run, check_programs, NULL, "the programs");
		add_job(run, check_boot, NULL, "what boots");
	}
	if (!(skip & CHECK_SKIP_PYTHON))
		add_job(run, check_python, NULL, "Python");
	if (!(skip & CHECK_SKIP_LAYOUT))
		add_job(run, check_layout, NULL, "the layout");
}

static int start_workers(struct run *run, struct err *err)
{
	size_t n = count_processors();

	if (pipe2(run->queue, O_CLOEXEC) < 0)
		return err_set(err, errno, "cannot start a check");
	for (size_t i = 0; i < run->n_jobs; i++) {
		unsigned char number = (unsigned char)i;

		if (write(run->queue[1], &number, 1) != 1) /* a pipe holds far more */
			return err_set(err, errno, "cannot start a check");
	}
	(void)close(fd_steal(&run->queue[1])); /* so that reading ends */
	for (size_t i = 0; i < n && i < run->n_jobs; i++) {
		struct worker *worker = &run->workers[i];

		worker->fd = memfd_create("busypy-check", MFD_CLOEXEC);
		worker->pid = worker->fd < 0 ? -1 : fork();
		if (worker->pid == 0)
			work(run, worker->fd);
		run->n_workers = i + 1;
		if (worker->pid < 0)
			return err_set(err, errno, "cannot start a check");
	}
	return 0;
}

/* The text at *at, which is moved behind it; NULL if it is cut. */
static const char *take(const char **at, const char *end)
{
	const char *text = *at, *nul = memchr(text, '\0', (size_t)(end - text));

	if (!nul)
		return NULL;
	*at = nul + 1;
	return text;
}

static int take_finding(struct run *run, const char **at, const char *end)
{
	const char *texts[5];
	int severity = *at < end ? *(*at)++ : 0;

	for (size_t i = 0; i < 5; i++) {
		texts[i] = take(at, end);
		if (!texts[i])
			return -EIO;
	}
	if (run->n_found == FINDINGS_MAX ||
	    array_reserve(&run->found, &run->room, run->n_found + 1, sizeof(*run->found)) < 0)
		return -ENOMEM;
	run->found[run->n_found++] = (struct finding){ .path = texts[0],
						       .arch = texts[1][0] ? texts[1] : NULL,
						       .what = texts[2],
						       .why = texts[3],
						       .mend = texts[4],
						       .severity = severity };
	return 0;
}

/* Libraries are told at once: they are no findings that have to be in order. */
static int take_library(const struct run *run, const struct job *job, const char **at,
			const char *end)
{
	const char *texts[3];

	for (size_t i = 0; i < 3; i++) {
		texts[i] = take(at, end);
		if (!texts[i])
			return -EIO;
	}
	if (!job || !job->arch || !run->request.library)
		return -EIO;
	run->request.library(run->request.userdata, job->arch->name, texts[0],
			     texts[1][0] ? texts[1] : NULL, texts[1][0] ? texts[2] : NULL);
	return 0;
}

/* Reads a worker's answer; *ret_job is what it was about when that ended. */
static int take_answer(struct run *run, struct worker *worker, const struct job **ret_job,
		       struct err *err)
{
	const char *at = worker->bytes, *end = at + worker->n;
	int r = 0;

	while (r == 0 && at < end) {
		const char *text, *number;
		uint64_t value = 0;

		switch (*at++) {
		case 'B':
			if (at == end || (unsigned char)*at >= run->n_jobs)
				return -EIO;
			*ret_job = &run->jobs[(unsigned char)*at++];
			break;
		case 'F':
			r = take_finding(run, &at, end);
			break;
		case 'L':
			r = take_library(run, *ret_job, &at, end);
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
			run->counts.elf_files += value;
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

static int collect(struct run *run, struct worker *worker, struct err *err)
{
	const struct job *job = NULL;
	int status = 0, r;

	while (waitpid(worker->pid, &status, 0) < 0) {
		if (errno != EINTR)
			return err_set(err, errno, "cannot wait for a check");
	}
	worker->pid = 0;
	r = map_answer(worker);
	if (r == 0)
		r = take_answer(run, worker, &job, err);
	if (r == 0 && WIFSIGNALED(status))
		return err_say(err, EIO, "cannot check %s%s%s: the process was ended by signal %d",
			       job ? job->name : "it", job && job->arch ? " for " : "",
			       job && job->arch ? job->arch->name : "", WTERMSIG(status));
	if (r == 0 && status)
		r = -EIO;
	return r < 0 && !err->code ? err_set(err, -r, "cannot collect what was found") : r;
}

static int compare(const void *a, const void *b)
{
	const struct finding *one = a, *other = b;
	int r = strcmp(one->path, other->path);

	if (r == 0)
		r = one->severity - other->severity;
	if (r == 0)
		r = strcmp(one->arch ? one->arch : "", other->arch ? other->arch : "");
	return r ? r : strcmp(one->what, other->what);
}

/* In order, each once. */
static void report(struct run *run)
{
	const struct check_request *request = run->part.request;
	uint64_t *counts[] = { &run->counts.errors, &run->counts.warnings, &run->counts.notes };

	if (run->n_found)
		qsort(run->found, run->n_found, sizeof(*run->found), compare);
	for (size_t i = 0; i < run->n_found; i++) {
		if (i && compare(&run->found[i - 1], &run->found[i]) == 0)
			continue;
		++*counts[run->found[i].severity];
		if (request->found)
			request->found(request->userdata, &run->found[i]);
	}
}

/* -- what is checked ------------------------------------------------------------------------ */

static int choose_archs(struct run *run, struct err *err)
{
	const struct check_request *request = run->part.request;
	size_t n;
	const struct arch *table = arch_table(&n);

	for (size_t i = 0; !request->archs && i < n; i++) {
		if (tree_has_runtime(request->tree, &table[i]))
			run->part.archs[run->part.n_archs++] = &table[i];
	}
	for (size_t i = 0; request->archs && request->archs[i]; i++) {
		int r = i < CHECK_ARCHS_MAX ? 0 : -E2BIG;

		if (r == 0 && !tree_has_runtime(request->tree, request->archs[i])) {
			char archs[256];

			tree_archs(request->tree, archs, sizeof(archs));
			return err_say(err, ENOENT, "%s has no runtime for %s; it has: %s",
				       request->tree, request->archs[i]->name, archs);
		}
		if (r < 0)
			return err_set(err, -r, "cannot check %s", request->tree);
		run->part.archs[run->part.n_archs++] = request->archs[i];
	}
	return 0;
}

static int run_all(struct run *run, struct err *err)
{
	int r = choose_archs(run, err);

	if (r == 0)
		r = check_index_read(run->part.request->tree, &run->index, err);
	if (r < 0)
		return r;
	run->part.index = &run->index;
	run->counts.archs = run->part.n_archs;
	run->counts.files = run->index.n;
	add_jobs(run);
	r = start_workers(run, err);
	for (size_t i = 0; r == 0 && i < run->n_workers; i++)
		r = collect(run, &run->workers[i], err);
	if (r == 0)
		report(run);
	return r;
}

static void run_free(struct run *run)
{
	for (size_t i = 0; i < 2; i++) {
		if (run->queue[i] >= 0)
			(void)close(run->queue[i]); /* a pipe has nothing to write out */
	}
	for (size_t i = 0; i < run->n_workers; i++) {
		struct worker *worker = &run->workers[i];

		if (worker->pid > 0) {
			(void)kill(worker->pid, SIGKILL); /* it is ours: not waited for yet */
			(void)waitpid(worker->pid, NULL, 0);
		}
		if (worker->bytes)
			(void)munmap(worker->bytes, worker->n);
		if (worker->fd >= 0)
			(void)close(worker->fd); /* nothing is kept of it */
	}
	check_index_free(&run->index);
	free(run->found);
	free(run);
}

int check_run(const struct check_request *request, struct check_counts *ret, struct err *err)
{
	struct err mine = { 0 };
	struct run *run = calloc(1, sizeof(*run));
	int r;

	if (!run)
		return err_set(err, ENOMEM, "cannot check %s", request->tree);
	run->request = *request;
	run->request.tree = run->tree;
	run->part.request = &run->request;
	run->queue[0] = run->queue[1] = -1;
	if (realpath(request->tree, run->tree))
		r = run_all(run, &mine);
	else
		r = err_set(&mine, errno, "cannot find the tree %s", request->tree);
	if (r == 0)
		*ret = run->counts;
	else if (err)
		*err = mine;
	run_free(run);
	return r;
}

/* The first error, and what the caller does with all of them. */
struct demand {
	const struct check_request *request;
	struct err first;
};

static void keep_first(void *userdata, const struct finding *finding)
{
	struct demand *demand = userdata;

	if (demand->request->found)
		demand->request->found(demand->request->userdata, finding);
	if (finding->severity != FINDING_ERROR || demand->first.code)
		return;
	(void)err_say(&demand->first, ENOEXEC, "%s%s%s%s %s", finding->path,
		      finding->arch ? " (" : "", finding->arch ? finding->arch : "",
		      finding->arch ? ")" : "", finding->what);
}

int check_demand(const struct check_request *request, struct err *err)
{
	struct demand demand = { .request = request };
	struct check_request mine = *request;
	struct check_counts counts;
	int r;

	mine.found = keep_first;
	mine.userdata = &demand;
	r = check_run(&mine, &counts, err);
	if (r < 0 || !counts.errors)
		return r;
	if (counts.errors > 1)
		return err_say(err, ENOEXEC, "%s; errors in all: %llu", demand.first.text,
			       (unsigned long long)counts.errors);
	return err_say(err, ENOEXEC, "%s", demand.first.text);
}

enum { WARNINGS_MAX = 5 };

struct warner {
	const struct listener *listener;
	uint64_t errors;
};

static void warn(void *userdata, const struct finding *finding)
{
	struct warner *warner = userdata;

	if (finding->severity != FINDING_ERROR || ++warner->errors > WARNINGS_MAX)
		return;
	listener_warn(warner->listener, "%s%s%s%s %s", finding->path, finding->arch ? " (" : "",
		      finding->arch ? finding->arch : "", finding->arch ? ")" : "", finding->what);
}

int check_warn(const struct check_request *request, const char *what,
	       const struct listener *listener, struct err *err)
{
	struct warner warner = { .listener = listener };
	struct check_request mine = *request;
	struct check_counts counts;
	int r;

	if (!listener || !listener->warning)
		return 0;
	mine.found = warn;
	mine.userdata = &warner;
	r = check_run(&mine, &counts, err);
	if (r < 0 || warner.errors <= WARNINGS_MAX)
		return r;
	listener_warn(listener, "errors in all: %llu (Hint: 'busypy check %s' tells them)",
		      (unsigned long long)warner.errors, what);
	return 0;
}
