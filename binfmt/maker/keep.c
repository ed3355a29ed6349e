/* SPDX-License-Identifier: MIT */
/* What an image needs of Python when it goes on, and when it ends: looked up while it is made. */
#include <string.h>
#include <sys/resource.h>

#include "calls.h"
#include "core/str.h"
#include "maker.h"
#include "python.h"
#include "sys/raw.h"

/* -- for resume ------------------------------------------------------------------------------ */

/* Python keeps them as long as it runs. */
void maker_keep_objects(const struct birth *birth)
{
	struct object *in = maker_needed(PySys_GetObject("stdin"), "stdin"),
		      *executable = PySys_GetObject("executable"),
		      *signals = maker_module("_signal");
	const char *name = PyUnicode_AsUTF8AndSize(executable, NULL);

	maker_kept.encoding = maker_attribute(in, "encoding");
	maker_kept.errors = maker_attribute(in, "errors");
	maker_kept.environ = maker_attribute(maker_module("posix"), "environ");
	maker_kept.io = maker_module("io");
	maker_kept.site = maker_loaded("site");
	maker_kept.signal_set = maker_attribute(signals, "signal");
	maker_kept.signal_ignore = maker_attribute(signals, "SIG_IGN");
	maker_kept.names_itself = name && str_eq(name, birth->argv[0]);
	if (maker_loaded("busypy_start"))
		maker_kept.tree_resume = maker_attribute(maker_loaded("busypy_start"), "resume");
}

void maker_keep_zone(void)
{
	if (!maker_zone_keep(maker_attribute(maker_hidden("time"), "tzset")))
		maker_fail("the time zone changes while it is read", "");
}

void maker_keep_process(void)
{
	struct rlimit limit;

	for (int number = 1; number < 65; number++)
		(void)RAW_4(__NR_rt_sigaction, number, NULL, &maker_kept.signals[number],
			    sizeof(uint64_t));
	if (RAW_4(__NR_prlimit64, 0, RLIMIT_STACK, NULL, &limit) == 0)
		maker_kept.stack_soft = limit.rlim_cur;
}

/* -- for the end ---------------------------------------------------------------------------- */

static void keep_library(void)
{
	struct object *file = maker_attribute(maker_module("os"), "__file__");
	const char *path = maker_needed((void *)PyUnicode_AsUTF8AndSize(file, NULL), "os.__file__");
	char *end;

	maker_copy(maker_finish.library, sizeof(maker_finish.library), path, "os.__file__");
	end = strrchr(maker_finish.library, '/');
	if (end)
		*end = '\0';
	Py_DecRef(file);
}

void maker_keep_for_end(void)
{
	static const char *const files[FILE_TYPES] = { "TextIOWrapper", "BufferedWriter",
						       "BufferedReader", "BufferedRandom",
						       "FileIO" };
	static struct method last = { "last", maker_last, METHOD_WITHOUT_ARGUMENTS, NULL };
	struct object *gc = maker_hidden("gc"), *atexit = maker_hidden("atexit"),
		      *callback = PyCFunction_NewEx(&last, NULL, NULL);

	keep_library();
	for (unsigned i = 0; i < FILE_TYPES; i++)
		maker_finish.files[i] = maker_attribute(maker_kept.io, files[i]);
	maker_finish.get_objects = maker_attribute(gc, "get_objects");
	maker_finish.freeze = maker_attribute(gc, "freeze");
	maker_finish.unfreeze = maker_attribute(gc, "unfreeze");
	maker_finish.filters = maker_attribute(maker_module("_warnings"), "filters");
	maker_finish.n_filters = PyList_Size(maker_finish.filters);
	maker_watch_atexit(atexit);
	Py_DecRef(maker_needed(
		PyObject_CallMethod(atexit, "register", "O", maker_needed(callback, "callback")),
		"atexit"));
}

/* The image's objects are frozen: a collection in a process of it writes to none of them. */
void maker_prepare_end(void)
{
	struct area *areas = maker_scratch(AREAS_MAX * sizeof(*areas));

	if (!maker_patch_calls() || !maker_patch_gc(areas, maker_areas(areas, AREAS_MAX)))
		return;
	maker_finish.loads = maker_loads();
	Py_DecRef(maker_needed(PyObject_CallFunction(maker_finish.freeze, NULL), "freeze"));
}
