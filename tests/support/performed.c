/* SPDX-License-Identifier: MIT */
/* Linked into a program with --wrap (ld(1)): writes each plan, as text, to the file that
 * BUSYPY_TEST_PERFORMED names, just before the plan is performed. The last one stays. For
 * tests/cli/plan. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "core/plan.h"
#include "sys/fd.h"

struct err;

/* The linker's names. NOLINTBEGIN(bugprone-reserved-identifier) */
int __real_run_plan(const struct plan *plan, struct err *err);
int __wrap_run_plan(const struct plan *plan, struct err *err);
int __real_run_plan_detached(const struct plan *plan, struct err *err);
int __wrap_run_plan_detached(const struct plan *plan, struct err *err);

static void note(const struct plan *plan)
{
	static char text[2 * PLAN_TEXT_MAX];
	const char *path = getenv("BUSYPY_TEST_PERFORMED");
	FD_CLEANUP int fd = -1;

	if (!path || plan_format(plan, text, sizeof(text)) < 0)
		return;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd >= 0)
		(void)fd_write_all(fd, text, strlen(text)); /* the test compares it */
}

int __wrap_run_plan(const struct plan *plan, struct err *err)
{
	note(plan);
	return __real_run_plan(plan, err);
}

int __wrap_run_plan_detached(const struct plan *plan, struct err *err)
{
	note(plan);
	return __real_run_plan_detached(plan, err);
}
/* NOLINTEND(bugprone-reserved-identifier) */
