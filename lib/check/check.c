/* SPDX-License-Identifier: MIT */
/* Divides a check into parts, and puts what they found in order. */
#include "check/check.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/listener.h"
#include "check/finding.h"
#include "check/part.h"
#include "check/pool.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/python_minors.h"
#include "sys/tree.h"

enum { JOBS_MAX = 8 * CHECK_ARCHS_MAX };
_Static_assert((int)JOBS_MAX <= (int)POOL_JOBS_MAX, "a job's number is a byte");

/* Everything about one run. */
struct run {
	struct check_request request; /* with the canonical tree */
	char tree[PATH_MAX];
	struct check_part part; /* a worker changes its own copy */
	struct check_index index;
	struct python_minors several;
	struct pool_job jobs[JOBS_MAX];
	size_t n_jobs;
	struct check_counts counts;
};

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
		char archs[256];

		if (i == CHECK_ARCHS_MAX)
			return err_set(err, E2BIG, "cannot check %s", request->tree);
		if (!tree_has_runtime(request->tree, request->archs[i])) {
			tree_archs(request->tree, archs, sizeof(archs));
			return err_say(err, ENOENT, "%s has no runtime for %s; it has: %s",
				       request->tree, request->archs[i]->name, archs);
		}
		run->part.archs[run->part.n_archs++] = request->archs[i];
	}
	return 0;
}

static void add_job(struct run *run, int (*part)(struct check_part *, struct err *),
		    const struct arch *arch, const char *name)
{
	if (run->n_jobs < JOBS_MAX)
		run->jobs[run->n_jobs++] = (struct pool_job){ part, arch, name };
}

/* The long ones first. */
static void add_jobs(struct run *run)
{
	unsigned skip = run->part.request->skip;

	for (size_t i = 0; !(skip & CHECK_SKIP_ELF) && i < run->part.n_archs; i++)
		add_job(run, check_elf, run->part.archs[i], "the ELF files");
	if (!(skip & CHECK_SKIP_ELF))
		add_job(run, check_beside, NULL, "search paths");
	for (size_t i = 0; !(skip & CHECK_SKIP_LAYOUT) && i < run->part.n_archs; i++)
		add_job(run, check_sums, run->part.archs[i], "the checksums");
	if (!(skip & (CHECK_SKIP_PROGRAMS | CHECK_SKIP_SYNTAX)))
		add_job(run, check_syntax, NULL, "the syntax of programs");
	if (!(skip & CHECK_SKIP_PROGRAMS)) {
		add_job(run, check_programs, NULL, "the programs");
		add_job(run, check_boot, NULL, "what boots");
		add_job(run, check_calls, NULL, "what scripts call");
	}
	if (!(skip & CHECK_SKIP_PYTHON))
		add_job(run, check_python, NULL, "Python");
	if (!(skip & CHECK_SKIP_DISTS))
		add_job(run, check_dists, NULL, "what packages need");
	if (!(skip & CHECK_SKIP_LAYOUT))
		add_job(run, check_layout, NULL, "the layout");
	if (!(skip & CHECK_SKIP_PYTHON))
		add_job(run, check_left_out, NULL, "what was left out");
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
static void report(struct run *run, struct pool *pool)
{
	const struct check_request *request = run->part.request;
	uint64_t *counts[] = { &run->counts.errors, &run->counts.warnings, &run->counts.notes };
	size_t n;
	struct finding *found = pool_findings(pool, &n);

	if (n)
		qsort(found, n, sizeof(*found), compare);
	for (size_t i = 0; i < n; i++) {
		if (i && compare(&found[i - 1], &found[i]) == 0)
			continue;
		++*counts[found[i].severity];
		if (request->found)
			request->found(&found[i], request->ctx);
	}
}

static int run_all(struct run *run, struct err *err)
{
	struct pool *pool;
	int r = choose_archs(run, err);

	if (r < 0)
		return r;
	r = check_index_read(run->part.request->tree, &run->index, err);
	if (r < 0)
		return r;
	run->part.index = &run->index;
	tree_several(run->part.request->tree, &run->several);
	run->part.several = &run->several;
	add_jobs(run);
	r = pool_run(&run->part, run->jobs, run->n_jobs, &pool, err);
	if (r < 0)
		return r;
	run->counts.archs = run->part.n_archs;
	run->counts.beside = check_uses_host(&run->part);
	run->counts.files = run->index.n;
	run->counts.elf_files = pool_elf_files(pool);
	report(run, pool);
	pool_free(pool);
	return 0;
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
	if (realpath(request->tree, run->tree))
		r = run_all(run, &mine);
	else
		r = err_set(&mine, errno, "cannot find the tree %s", request->tree);
	if (r == 0)
		*ret = run->counts;
	else if (err)
		*err = mine;
	check_index_free(&run->index);
	free(run);
	return r;
}

/* The first error, and what the caller does with all of them. */
struct demand {
	const struct check_request *request;
	struct err first;
};

static void keep_first(const struct finding *finding, void *ctx)
{
	struct demand *demand = ctx;

	if (demand->request->found)
		demand->request->found(finding, demand->request->ctx);
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
	mine.ctx = &demand;
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

static void warn(const struct finding *finding, void *ctx)
{
	struct warner *warner = ctx;

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
	mine.ctx = &warner;
	r = check_run(&mine, &counts, err);
	if (r < 0 || warner.errors <= WARNINGS_MAX)
		return r;
	listener_warn(listener, "errors in all: %llu (Hint: 'busypy check %s' tells them)",
		      (unsigned long long)warner.errors, what);
	return 0;
}
