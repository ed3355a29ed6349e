/* SPDX-License-Identifier: MIT */
/* What `busypy test` prints in the end, in one of four formats. */
#ifndef BUSYPY_CLI_TEST_REPORT_H
#define BUSYPY_CLI_TEST_REPORT_H

#include <stdbool.h>

struct err;
struct test_jobs;

enum test_format { TEST_TABLE, TEST_TAP, TEST_JUNIT, TEST_JSON };

/* Prints the result on stdout; command is its words, NULL after the last. */
int test_report(const struct test_jobs *jobs, enum test_format format, char *const *command,
		struct err *err);

/* True if the outputs of all that ran to their end are the same. */
bool test_outputs_same(const struct test_jobs *jobs);

/* Writes each job's output to DIR/ARCH.txt. */
int test_keep_outputs(const struct test_jobs *jobs, const char *dir, struct err *err);

#endif
