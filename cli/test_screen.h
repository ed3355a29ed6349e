/* SPDX-License-Identifier: MIT */
/* What `busypy test` shows on a terminal while it runs. */
#ifndef BUSYPY_CLI_TEST_SCREEN_H
#define BUSYPY_CLI_TEST_SCREEN_H

struct test_jobs;

/* Redraws the jobs' states on stderr, which is a terminal; the second wipes them. */
void test_screen_show(const struct test_jobs *jobs);
void test_screen_end(void);

#endif
