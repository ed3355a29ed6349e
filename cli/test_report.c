/* SPDX-License-Identifier: MIT */
/* A table for people; TAP, JUnit and JSON for what collects results. */
#include "base/walk.h"
#include "test_report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/files.h"
#include "base/table.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/report.h"
#include "test_jobs.h"

enum { TAIL_LINES = 20, LINE_SHOWN_MAX = 160, CELL_MAX = 32 };

static double seconds(const struct test_job *job)
{
	return (double)job->us / 1e6;
}

static bool has_ended(const struct test_job *job)
{
	return job->state == TEST_PASSED || job->state == TEST_FAILED ||
	       job->state == TEST_TIMED_OUT;
}

static void unmap(const char *output, size_t n)
{
	if (output)
		(void)munmap((void *)output, n); /* ours, and whole pages */
}

/* -- table ------------------------------------------------------------------------------------ */

/* The end of a text, by lines. */
static size_t tail_start(const char *text, size_t n)
{
	size_t at = n, lines = 0;

	while (at > 0) {
		if (text[at - 1] == '\n' && at != n && ++lines == TAIL_LINES)
			break;
		at--;
	}
	return at;
}

static void print_tail(const struct test_job *job, const char *prefix)
{
	size_t n, at;
	const char *output = test_job_output(job, &n);

	for (at = output ? tail_start(output, n) : 0; at < n;) {
		const char *end = memchr(output + at, '\n', n - at);
		size_t length = end ? (size_t)(end - output) - at : n - at;

		(void)fputs(prefix, stdout);		      /* errors are seen at the end */
		(void)fwrite(output + at, 1, length, stdout); /* zero bytes, too */
		(void)fputc('\n', stdout);
		at += length + 1;
	}
	unmap(output, n);
}

static void print_slice(const char *arch, const char *line, size_t n)
{
	if (!line) {
		(void)printf("  %-9s (its output has ended)\n", arch);
		return;
	}
	(void)printf("  %-9s ", arch);
	(void)fwrite(line, 1, n > LINE_SHOWN_MAX ? LINE_SHOWN_MAX : n, stdout); /* see above */
	(void)puts(n > LINE_SHOWN_MAX ? "..." : "");
}

/* Compares two jobs' outputs; prints the first difference if asked to. */
static bool same_output(const struct test_job *a, const struct test_job *b, bool print)
{
	struct report_difference at;
	size_t n_a, n_b;
	const char *text_a = test_job_output(a, &n_a), *text_b = test_job_output(b, &n_b);
	bool differ = report_differ(text_a ? text_a : "", n_a, text_b ? text_b : "", n_b, &at);

	if (differ && print) {
		(void)printf("\n%s and %s differ in line %zu:\n", a->arch->name, b->arch->name,
			     at.line);
		print_slice(a->arch->name, at.a, at.n_a);
		print_slice(b->arch->name, at.b, at.n_b);
	}
	unmap(text_a, n_a);
	unmap(text_b, n_b);
	return !differ;
}

/* The others are compared with the first that passed, or without one with the first that ended. */
static bool compare(const struct test_jobs *jobs, bool print)
{
	const struct test_job *first = NULL;
	bool same = true;

	for (size_t i = 0; i < jobs->n; i++) {
		const struct test_job *job = &jobs->jobs[i];

		if (has_ended(job) &&
		    (!first || (first->state != TEST_PASSED && job->state == TEST_PASSED)))
			first = job;
	}
	for (size_t i = 0; i < jobs->n; i++) {
		if (&jobs->jobs[i] != first && has_ended(&jobs->jobs[i]))
			same &= same_output(first, &jobs->jobs[i], print);
	}
	return same;
}

bool test_outputs_same(const struct test_jobs *jobs)
{
	return compare(jobs, false);
}

static int add_row(struct table *table, const struct test_job *job)
{
	char status[CELL_MAX] = "", time[CELL_MAX] = "", memory[CELL_MAX] = "";
	const char *cells[] = { job->arch->name, test_state_name(job->state), status, time,
				memory };

	if (has_ended(job))
		(void)snprintf(status, sizeof(status), "%d", job->status);
	if (job->started) {
		(void)snprintf(time, sizeof(time), "%.2f s", seconds(job));
		(void)snprintf(memory, sizeof(memory), "%.1f MiB", (double)job->peak / 1048576);
	}
	return table_add(table, cells);
}

static int print_table(const struct test_jobs *jobs, struct err *err)
{
	static const struct table_column columns[] = { { "ARCH", TABLE_TEXT },
						       { "STATE", TABLE_TEXT },
						       { "STATUS", TABLE_NUMBER },
						       { "TIME", TABLE_NUMBER },
						       { "MEMORY", TABLE_NUMBER } };
	TABLE_CLEANUP struct table *table =
		table_new("arches", columns, sizeof(columns) / sizeof(columns[0]));
	int r = table ? 0 : -ENOMEM;

	for (size_t i = 0; i < jobs->n; i++) {
		const struct test_job *job = &jobs->jobs[i];

		if (job->state != TEST_PASSED && job->size) {
			(void)printf("%s: %s; the end of its output:\n", job->arch->name,
				     test_state_name(job->state));
			print_tail(job, "  ");
			(void)printf("\n");
		}
		if (r == 0)
			r = add_row(table, job);
	}
	(void)fflush(stdout); /* the table's library has its own way to stdout; seen at the end */
	if (r < 0)
		return err_set(err, -r, "cannot print a table");
	r = table_print(&table, 1, 0, NULL, err);
	if (r < 0)
		return r;
	(void)compare(jobs, true);
	return 0;
}

/* -- TAP, JUnit, JSON ------------------------------------------------------------------------- */

static void print_escaped(enum report_syntax syntax, const char *bytes, size_t n)
{
	char buf[4096];
	size_t taken;

	for (; n > 0; bytes += taken, n -= taken) {
		size_t used = report_escape(syntax, bytes, n, buf, sizeof(buf), &taken);

		(void)fwrite(buf, 1, used, stdout); /* errors are seen at the end */
	}
}

static void print_output(enum report_syntax syntax, const struct test_job *job)
{
	size_t n;
	const char *output = test_job_output(job, &n);

	print_escaped(syntax, output, n);
	unmap(output, n);
}

/* Test Anything Protocol, version 12. */
static void print_tap(const struct test_jobs *jobs)
{
	(void)printf("1..%zu\n", jobs->n);
	for (size_t i = 0; i < jobs->n; i++) {
		const struct test_job *job = &jobs->jobs[i];
		bool passed = job->state == TEST_PASSED;

		(void)printf("%sok %zu - %s\n", passed ? "" : "not ", i + 1, job->arch->name);
		if (passed)
			continue;
		(void)printf("# %s", test_state_name(job->state));
		if (has_ended(job))
			(void)printf(", status %d", job->status);
		(void)printf("\n");
		print_tail(job, "# ");
	}
}

static size_t count(const struct test_jobs *jobs, enum test_state state)
{
	size_t n = 0;

	for (size_t i = 0; i < jobs->n; i++)
		n += jobs->jobs[i].state == state;
	return n;
}

/* As Jenkins and GitLab read it: a case for each arch. */
static void print_junit(const struct test_jobs *jobs, char *const *command)
{
	size_t passed = count(jobs, TEST_PASSED), errors = count(jobs, TEST_NOT_RUN);

	(void)printf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"");
	print_escaped(REPORT_XML, command[0], strlen(command[0]));
	(void)printf("\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\">\n", jobs->n,
		     jobs->n - passed - errors, errors);
	for (size_t i = 0; i < jobs->n; i++) {
		const struct test_job *job = &jobs->jobs[i];
		const char *element = job->state == TEST_NOT_RUN ? "error" : "failure";

		(void)printf("  <testcase classname=\"");
		print_escaped(REPORT_XML, command[0], strlen(command[0]));
		(void)printf("\" name=\"%s\" time=\"%.3f\">\n", job->arch->name, seconds(job));
		if (job->state != TEST_PASSED)
			(void)printf("    <%s message=\"%s, status %d\"/>\n", element,
				     test_state_name(job->state), job->status);
		(void)printf("    <system-out>");
		print_output(REPORT_XML, job);
		(void)printf("</system-out>\n  </testcase>\n");
	}
	(void)printf("</testsuite>\n");
}

static void print_json(const struct test_jobs *jobs, char *const *command)
{
	(void)printf("{\n   \"command\": [");
	for (size_t i = 0; command[i]; i++) {
		(void)printf("%s\"", i ? ", " : "");
		print_escaped(REPORT_JSON, command[i], strlen(command[i]));
		(void)printf("\"");
	}
	(void)printf("],\n   \"passed\": %zu,\n   \"failed\": %zu,\n   \"same\": %s,\n"
		     "   \"arches\": [",
		     count(jobs, TEST_PASSED), jobs->n - count(jobs, TEST_PASSED),
		     test_outputs_same(jobs) ? "true" : "false");
	for (size_t i = 0; i < jobs->n; i++) {
		const struct test_job *job = &jobs->jobs[i];

		(void)printf("%s\n      {\"arch\": \"%s\", \"state\": \"%s\", ", i ? "," : "",
			     job->arch->name, test_state_name(job->state));
		if (has_ended(job))
			(void)printf("\"status\": %d, ", job->status);
		else
			(void)printf("\"status\": null, ");
		(void)printf("\"microseconds\": %" PRIu64 ", \"peak-memory\": %" PRIu64
			     ", \"output\": \"",
			     job->us, job->peak);
		print_output(REPORT_JSON, job);
		(void)printf("\"}");
	}
	(void)printf("\n   ]\n}\n");
}

int test_report(const struct test_jobs *jobs, enum test_format format, char *const *command,
		struct err *err)
{
	int r = 0;

	switch (format) {
	case TEST_TABLE:
		r = print_table(jobs, err);
		break;
	case TEST_TAP:
		print_tap(jobs);
		break;
	case TEST_JUNIT:
		print_junit(jobs, command);
		break;
	case TEST_JSON:
		print_json(jobs, command);
		break;
	}
	if (r == 0 && (fflush(stdout) != 0 || ferror(stdout)))
		r = err_set(err, errno, "cannot write the result");
	return r;
}

static int keep_output(const struct test_job *job, const char *dir, struct err *err)
{
	char path[PATH_SIZE];
	const char *output;
	size_t n;
	int r = files_path(path, err, "%s/%s.txt", dir, job->arch->name);

	if (r < 0)
		return r;
	r = walk_remove(path, err);
	if (r < 0)
		return r;
	output = test_job_output(job, &n);
	r = files_write(path, output ? output : "", n, 0644, err);
	unmap(output, n);
	return r;
}

int test_keep_outputs(const struct test_jobs *jobs, const char *dir, struct err *err)
{
	int r = files_mkdirs(dir, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < jobs->n; i++) {
		r = keep_output(&jobs->jobs[i], dir, err);
		if (r < 0)
			return r;
	}
	return 0;
}
