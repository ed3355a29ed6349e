/* SPDX-License-Identifier: MIT */
/* A unit test program: a list of CHECKs in main, reported as TAP; done() gives the exit status. */
#ifndef BUSYPY_TESTS_UNIT_CHECK_H
#define BUSYPY_TESTS_UNIT_CHECK_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static unsigned check_count, check_failed;

static inline void check_that(bool ok, const char *what, const char *file, int line)
{
	check_count++;
	if (!ok)
		check_failed++;
	(void)printf("%sok %u - %s\n", ok ? "" : "not ", check_count, what);
	if (!ok)
		(void)printf("# %s:%d\n", file, line);
}

static inline void check_text(const char *got, const char *wanted, const char *what,
			      const char *file, int line)
{
	bool ok = strcmp(got, wanted) == 0;

	check_that(ok, what, file, line);
	if (!ok)
		(void)printf("# got:    %s\n# wanted: %s\n", got, wanted);
}

static inline int done(void)
{
	(void)printf("1..%u\n", check_count);
	return check_failed ? 1 : 0;
}

/* what says what is true, in words: it is the test's name. */
#define CHECK(condition, what) check_that((condition), (what), __FILE__, __LINE__)
#define CHECK_TEXT(got, wanted, what) check_text((got), (wanted), (what), __FILE__, __LINE__)

#endif
