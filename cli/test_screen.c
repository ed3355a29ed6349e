/* SPDX-License-Identifier: MIT */
/* One line a job, drawn again in place. */
#include "test_screen.h"

#include <stdio.h>

#include "core/arch.h"
#include "sys/clock.h"
#include "test_jobs.h"

static size_t drawn; /* lines that stand on the terminal */

void test_screen_end(void)
{
	if (drawn)
		(void)fprintf(stderr, "\x1b[%zuA\x1b[J", drawn); /* up, and wipe to the end */
	drawn = 0;
}

void test_screen_show(const struct test_jobs *jobs)
{
	test_screen_end();
	for (size_t i = 0; i < jobs->n; i++) {
		const struct test_job *job = &jobs->jobs[i];

		(void)fprintf(stderr, "%-9s %-15s", job->arch->name, test_state_name(job->state));
		if (job->state == TEST_RUNNING)
			(void)fprintf(stderr, " %6.0f s",
				      (double)(clock_us() - job->started) / 1e6);
		else if (job->started)
			(void)fprintf(stderr, " %6.2f s %8.1f MiB", (double)job->us / 1e6,
				      (double)job->peak / 1048576);
		(void)fputc('\n', stderr);
	}
	drawn = jobs->n;
	(void)fflush(stderr); /* nothing can be done about a terminal that has gone */
}
