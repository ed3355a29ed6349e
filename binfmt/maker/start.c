/* SPDX-License-Identifier: MIT */
/* The order in which an image is made. Entered where the C library would call Python's main. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "calls.h"
#include "core/start_image.h"
#include "core/start_judge.h"
#include "core/str.h"
#include "made_of_py.h"
#include "maker.h"
#include "python.h"
#include "sys/raw.h"

#define VARIABLE "BUSYPY_START_"

typedef int main_function(int argc, char **argv, char **envp);
typedef int start_function(main_function *main, int argc, char **argv,
			   void (*init)(int, char **, char **), void (*fini)(void),
			   void (*rtld_fini)(void), void *stack);

extern void *dlsym(void *handle, const char *name);
#define INTERPOSED __attribute__((visibility("default")))
INTERPOSED start_function __libc_start_main;
INTERPOSED long getrandom(void *bytes, size_t n, unsigned flags);

bool maker_debug;

static start_function *real_start;
static long (*real_getrandom)(void *bytes, size_t n, unsigned flags);

static void *next(const char *name)
{
	void *symbol = dlsym((void *)-1L /* RTLD_NEXT */, name);

	if (!symbol)
		maker_fail("the C library has no ", name);
	return symbol;
}

/* -- what is interposed --------------------------------------------------------------------- */

/* glibc's own may keep a state that the kernel wipes, so that no two processes have the same: an
 * image must not have one. */
long getrandom(void *bytes, size_t n, unsigned flags)
{
	if (!maker_making)
		return real_getrandom(bytes, n, flags);
	return RAW_3(__NR_getrandom, bytes, n, flags);
}

static void no_init(int argc, char **argv, char **envp)
{
	(void)argc, (void)argv, (void)envp;
}

/* The constructors have run in the maker. */
int maker_real_start(main_function *main, int argc, char **argv, void *stack)
{
	return real_start(main, argc, argv, no_init, NULL, NULL, stack);
}

/* -- the maker ------------------------------------------------------------------------------ */

struct orders {
	int out;
	char id[START_ID_TEXT];
	char hidden[256];
};

static int number_of(const char *text)
{
	uint64_t n;

	if (str_to_u64(text, 10, &n) < 0 || n > 1 << 20)
		maker_fail("no descriptor to write to: ", text);
	return (int)n;
}

static void take_orders(struct orders *ret)
{
	ret->out = number_of(getenv(VARIABLE "OUT"));
	maker_copy(ret->id, sizeof(ret->id), getenv(VARIABLE "ID"), VARIABLE "ID");
	maker_copy(ret->hidden, sizeof(ret->hidden), getenv(VARIABLE "HIDDEN"), VARIABLE "HIDDEN");
	maker_debug = getenv(VARIABLE "DEBUG") != NULL;
	(void)unsetenv(VARIABLE "OUT");
	(void)unsetenv(VARIABLE "ID");
	(void)unsetenv(VARIABLE "HIDDEN");
	(void)unsetenv(VARIABLE "DEBUG");
	(void)unsetenv("LD_PRELOAD");
	(void)unsetenv("LD_BIND_NOW");
}

/* As a process has them that ignores and blocks nothing. */
static void reset_signals(void)
{
	struct {
		void *handler;
		unsigned long flags;
		void *restorer;
		uint64_t mask;
	} none = { 0 };
	uint64_t mask = 0;

	for (int number = 1; number < 65; number++)
		(void)RAW_4(__NR_rt_sigaction, number, &none, NULL, sizeof(mask));
	(void)RAW_4(__NR_rt_sigprocmask, SIG_SETMASK, &mask, NULL, sizeof(mask));
}

static void initialise(const struct birth *birth)
{
	static uint64_t config[CONFIG_ROOM / 8];
	struct status status;

	PyConfig_InitPythonConfig(config);
	status = PyConfig_SetBytesArgv(config, birth->argc, birth->argv);
	if (PyStatus_Exception(status))
		Py_ExitStatusException(status);
	status = Py_InitializeFromConfig(config);
	if (PyStatus_Exception(status))
		Py_ExitStatusException(status);
	PyConfig_Clear(config);
}

/* Runs it in a namespace of its own, which is returned. */
static struct object *run(const char *text, const char *what)
{
	struct object *names = maker_needed(PyDict_New(), what), *result;

	(void)PyDict_SetItemString(names, "__builtins__", PyEval_GetBuiltins());
	result = maker_needed(PyRun_StringFlags(text, PYTHON_FILE_INPUT, names, names, NULL), what);
	Py_DecRef(result);
	return names;
}

/* The list of what it was made of. */
static struct object *made_of(void)
{
	struct object *names = run(made_of_py, "made_of.py"), *paths;
	struct object *refused = PyDict_GetItemString(names, "refused");

	if (refused != &_Py_NoneStruct)
		maker_fail(maker_needed((void *)PyUnicode_AsUTF8AndSize(refused, NULL), "reason"),
			   "");
	paths = PyDict_GetItemString(names, "paths");
	Py_IncRef(paths);
	PyDict_Clear(names);
	Py_DecRef(names);
	return paths;
}

static void drop_streams(void)
{
	static const char *const names[] = { "stdin",	  "stdout",	"stderr",
					     "__stdin__", "__stdout__", "__stderr__" };

	for (unsigned i = 0; i < 6; i++)
		(void)PySys_SetObject(names[i], &_Py_NoneStruct);
}

/* One that is wiped by the kernel would be the same in each process. */
static void find_vdso(struct scan *scan)
{
	for (unsigned i = 0; i < scan->n_areas; i++) {
		if (str_eq(scan->areas[i].path, "[vdso]")) {
			scan->vdso = scan->areas[i].start;
			scan->vdso_end = scan->areas[i].end;
		}
	}
	if (scan->vdso != scan->head->vdso || scan->vdso_end - scan->vdso > START_VDSO_MAX)
		maker_fail("the vdso is not where the kernel says", "");
	scan->head->vdso_size = (uint32_t)(scan->vdso_end - scan->vdso);
}

static void keep_relro(const struct scan *scan)
{
	for (unsigned i = 0; i < scan->n_areas; i++) {
		const struct area *area = scan->areas + i;

		if (!maker_is_relro(area))
			continue;
		if (maker_kept.n_relro == RELRO_MAX)
			maker_fail("too many libraries are loaded", "");
		maker_kept.relro[maker_kept.n_relro].address = area->start;
		maker_kept.relro[maker_kept.n_relro++].length = area->end - area->start;
	}
}

/* From here on no function of Python or the C library is called that changes anything. */
static void write_image(const struct birth *birth, const struct orders *orders,
			struct object *paths)
{
	struct room {
		struct start_head head;
		struct area areas[AREAS_MAX];
		struct start_segment segments[START_SEGMENTS_MAX];
		struct start_word words[START_WORDS_MAX];
		struct start_watch watches[START_WATCHES_MAX];
		char text[WATCH_TEXT];
	} *room = maker_scratch(sizeof(*room));
	struct scan scan = { birth, room->areas, 0, 0, 0, &room->head, room->words };
	struct watches watches = { &room->head, room->watches, room->text };
	struct image_parts parts = { &room->head,   room->segments, room->words,
				     room->watches, room->text,	    NULL };

	maker_objects(birth, &room->head);
	maker_fill_head(birth, orders->id, &room->head);
	scan.n_areas = maker_areas(room->areas, AREAS_MAX);
	maker_scan_thread(&scan);
	scan.n_areas = maker_areas(room->areas, AREAS_MAX);
	find_vdso(&scan);
	maker_watch(&scan, paths, &watches);
	maker_scan_python(&scan);
	keep_relro(&scan);
	maker_scan(&scan);
	parts.vdso = (const void *)scan.vdso;
	maker_segments(room->areas, scan.n_areas, &parts);
	maker_write(&parts, orders->out);
}

static int make(int argc, char **argv, char **envp)
{
	struct orders orders = { 0 };
	struct birth birth = { (uint64_t *)(void *)argv - 1, argc, argv, envp, NULL };
	struct object *paths;
	char **end = envp;

	while (*end)
		end++;
	birth.auxv = (const struct start_aux *)(void *)(end + 1);
	take_orders(&orders);
	reset_signals();
	initialise(&birth);
	maker_kept.coerced = getenv("LC_CTYPE") != NULL;
	paths = made_of();
	maker_keep_objects(&birth);
	maker_keep_for_end();
	if (orders.hidden[0])
		maker_hide(orders.hidden);
	maker_keep_zone();
	drop_streams();
	(void)PyGC_Collect();
	maker_prepare_end();
	maker_seal();
	maker_keep_process();
	write_image(&birth, &orders, paths);
	_exit(0);
}

int __libc_start_main(main_function *main, int argc, char **argv,
		      void (*init)(int, char **, char **), void (*fini)(void),
		      void (*rtld_fini)(void), void *stack)
{
	bool makes = getenv(VARIABLE "OUT");

	real_start = next("__libc_start_main");
	real_getrandom = next("getrandom");
	maker_making = makes;
	return real_start(makes ? make : main, argc, argv, init, fini, rtld_fini, stack);
}
