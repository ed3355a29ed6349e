/* SPDX-License-Identifier: MIT */
/* The time zone, which the C library and Python's time take from TZ or /etc/localtime. An image has
 * that of its maker, and a process of it with the same file keeps it: to read it again costs a
 * tenth of a start. */
#include <stdlib.h>
#include <time.h>

#include "core/start_image.h"
#include "maker.h"
#include "python.h"

#define ZONE "/etc/localtime"

extern char **environ;

/* In the image. */
static struct start_watch file;
static time_t period;
static struct object *time_tzset;

/* Python asks which offsets there are in a span of this length that began at a multiple of it:
 * init_timezone() of CPython's Modules/timemodule.c. */
static time_t period_now(void)
{
	const time_t year = (365 * 24 + 6) * 3600;

	return time(NULL) / year;
}

/* glibc does not read what it has read under the same name. */
static void forget(void)
{
	char other[] = "TZ=BUSYPY0", *words[] = { other, NULL }, **kept = environ;

	environ = words;
	tzset();
	environ = kept;
}

static bool is_same(void)
{
	struct start_watch now;

	maker_watch_file(ZONE, &now);
	return !getenv("TZ") && period == period_now() && start_watch_same(&file, &now);
}

/* As a Python has it that has just started. */
static struct object *set(void)
{
	forget();
	return PyObject_CallFunction(time_tzset, NULL);
}

bool maker_zone_keep(struct object *tzset_of_time)
{
	struct object *result;

	time_tzset = tzset_of_time;
	period = getenv("TZ") ? -1 : period_now();
	maker_watch_file(ZONE, &file);
	result = set();
	if (result)
		Py_DecRef(result);
	return result && (period < 0 || is_same());
}

void maker_zone_resume(void)
{
	struct object *result = is_same() ? NULL : set();

	if (result)
		Py_DecRef(result);
	else
		PyErr_Clear(); /* as time.tzset() has it: the zone stays */
}
