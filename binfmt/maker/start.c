/* SPDX-License-Identifier: MIT */
/* The order in which an image is made. Entered where the C library would call Python's main. */
#include <elf.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "core/start_image.h"
#include "core/start_judge.h"
#include "core/str.h"
#include "made_of_py.h"
#include "maker.h"
#include "python.h"
#include "sys/raw.h"

#ifdef __x86_64__
#define ARCH_HERE EM_X86_64
#else
#define ARCH_HERE EM_AARCH64
#endif

#define VARIABLE "BUSYPY_START_"

typedef int main_function(int argc, char **argv, char **envp);
typedef int start_function(main_function *main, int argc, char **argv,
			   void (*init)(int, char **, char **), void (*fini)(void),
			   void (*rtld_fini)(void), void *stack);

extern void *dlsym(void *handle, const char *name);
extern const char *Py_GetVersion(void);
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

static void copy(char *dst, size_t size, const char *value, const char *name)
{
	if (value && str_copy(dst, size, value) < 0)
		maker_fail("too long: ", name);
}

static void take_orders(struct orders *ret)
{
	ret->out = number_of(getenv(VARIABLE "OUT"));
	copy(ret->id, sizeof(ret->id), getenv(VARIABLE "ID"), VARIABLE "ID");
	copy(ret->hidden, sizeof(ret->hidden), getenv(VARIABLE "HIDDEN"), VARIABLE "HIDDEN");
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

static void *needed(void *object, const char *what)
{
	if (object)
		return object;
	PyErr_Print();
	maker_fail("Python has no ", what);
}

static struct object *module(const char *name)
{
	return needed(PyImport_ImportModule(name), name);
}

static struct object *loaded(const char *name)
{
	return PyDict_GetItemString(PyImport_GetModuleDict(), name);
}

static struct object *attribute(struct object *object, const char *name)
{
	return needed(PyObject_GetAttrString(object, name), name);
}

/* Runs it in a namespace of its own, which is returned. */
static struct object *run(const char *text, const char *what)
{
	struct object *names = needed(PyDict_New(), what), *result;

	(void)PyDict_SetItemString(names, "__builtins__", PyEval_GetBuiltins());
	result = needed(PyRun_StringFlags(text, PYTHON_FILE_INPUT, names, names, NULL), what);
	Py_DecRef(result);
	return names;
}

/* The list of what it was made of. */
static struct object *made_of(void)
{
	struct object *names = run(made_of_py, "made_of.py"), *paths;
	struct object *refused = PyDict_GetItemString(names, "refused");

	if (refused != &_Py_NoneStruct)
		maker_fail(needed((void *)PyUnicode_AsUTF8AndSize(refused, NULL), "reason"), "");
	paths = PyDict_GetItemString(names, "paths");
	Py_IncRef(paths);
	PyDict_Clear(names);
	Py_DecRef(names);
	return paths;
}

/* Python keeps them as long as it runs. */
static void keep_objects(const struct birth *birth)
{
	struct object *in = needed(PySys_GetObject("stdin"), "stdin"),
		      *executable = PySys_GetObject("executable"), *signals = module("_signal");
	const char *name = PyUnicode_AsUTF8AndSize(executable, NULL);

	maker_kept.encoding = attribute(in, "encoding");
	maker_kept.errors = attribute(in, "errors");
	maker_kept.environ = attribute(module("posix"), "environ");
	maker_kept.io = module("io");
	maker_kept.site = loaded("site");
	maker_kept.signal_set = attribute(signals, "signal");
	maker_kept.signal_ignore = attribute(signals, "SIG_IGN");
	maker_kept.names_itself = name && str_eq(name, birth->argv[0]);
	if (loaded("busypy_start"))
		maker_kept.tree_resume = attribute(loaded("busypy_start"), "resume");
}

/* A module that a script has to import: as if it never was. */
static struct object *hidden(const char *name)
{
	bool was = loaded(name);
	struct object *object = module(name);

	if (!was)
		(void)PyDict_DelItemString(PyImport_GetModuleDict(), name);
	return object;
}

static void keep_library(void)
{
	struct object *file = attribute(module("os"), "__file__");
	const char *path = needed((void *)PyUnicode_AsUTF8AndSize(file, NULL), "os.__file__");
	char *end;

	copy(maker_finish.library, sizeof(maker_finish.library), path, "os.__file__");
	end = strrchr(maker_finish.library, '/');
	if (end)
		*end = '\0';
	Py_DecRef(file);
}

static void keep_for_end(void)
{
	static const char *const files[FILE_TYPES] = { "TextIOWrapper", "BufferedWriter",
						       "BufferedReader", "BufferedRandom",
						       "FileIO" };
	static struct method last = { "last", maker_last, METHOD_WITHOUT_ARGUMENTS, NULL };
	struct object *gc = hidden("gc"), *atexit = hidden("atexit"),
		      *callback = PyCFunction_NewEx(&last, NULL, NULL);

	keep_library();
	for (unsigned i = 0; i < FILE_TYPES; i++)
		maker_finish.files[i] = attribute(maker_kept.io, files[i]);
	maker_finish.get_objects = attribute(gc, "get_objects");
	maker_finish.freeze = attribute(gc, "freeze");
	maker_finish.unfreeze = attribute(gc, "unfreeze");
	maker_finish.filters = attribute(module("_warnings"), "filters");
	maker_finish.n_filters = PyList_Size(maker_finish.filters);
	maker_watch_atexit(atexit);
	Py_DecRef(needed(PyObject_CallMethod(atexit, "register", "O", needed(callback, "callback")),
			 "atexit"));
}

/* The image's objects are frozen: a collection in a process of it writes to none of them. */
static void prepare_end(void)
{
	struct area *areas = maker_scratch(AREAS_MAX * sizeof(*areas));

	if (!maker_patch_calls() || !maker_patch_gc(areas, maker_areas(areas, AREAS_MAX)))
		return;
	maker_finish.loads = maker_loads();
	Py_DecRef(needed(PyObject_CallFunction(maker_finish.freeze, NULL), "freeze"));
}

static void keep_zone(void)
{
	if (!maker_zone_keep(attribute(hidden("time"), "tzset")))
		maker_fail("the time zone changes while it is read", "");
}

static void drop_streams(void)
{
	static const char *const names[] = { "stdin",	  "stdout",	"stderr",
					     "__stdin__", "__stdout__", "__stderr__" };

	for (unsigned i = 0; i < 6; i++)
		(void)PySys_SetObject(names[i], &_Py_NoneStruct);
}

static void keep_process(void)
{
	struct rlimit limit;

	for (int number = 1; number < 65; number++)
		(void)RAW_4(__NR_rt_sigaction, number, NULL, &maker_kept.signals[number],
			    sizeof(uint64_t));
	if (RAW_4(__NR_prlimit64, 0, RLIMIT_STACK, NULL, &limit) == 0)
		maker_kept.stack_soft = limit.rlim_cur;
}

static void read_boot(char *ret, size_t size)
{
	long fd = RAW_4(__NR_openat, AT_FDCWD, "/proc/sys/kernel/random/boot_id",
			O_RDONLY | O_CLOEXEC, 0);

	if (fd < 0)
		return;
	if (RAW_3(__NR_read, fd, ret, size - 1) < 0)
		ret[0] = '\0';
	(void)RAW_1(__NR_close, fd);
}

/* Of the environment that start_kind_words() says. */
static uint32_t locale_of(void)
{
	const char *lang = getenv("LANG"), *all = getenv("LC_ALL");

	if (all && str_eq(all, "C"))
		return START_LOCALE_ALL_C;
	if (!lang || str_eq(lang, "C") || str_eq(lang, "POSIX"))
		return START_LOCALE_C;
	return str_eq(lang, "C.UTF-8") ? START_LOCALE_UTF8 : START_LOCALE_MACHINE;
}

static uint32_t kind_of(const struct birth *birth)
{
	uint32_t kind = locale_of();

	for (long i = 1; i < birth->argc - 1; i++) {
		kind |= str_eq(birth->argv[i], "-u") ? START_UNBUFFERED : 0U;
		kind |= str_eq(birth->argv[i], "-B") ? START_NO_BYTECODE : 0U;
		kind |= str_eq(birth->argv[i], "-s") ? START_NO_USER_SITE : 0U;
		kind |= str_eq(birth->argv[i], "-I") ? START_ISOLATED : 0U;
	}
	return kind;
}

static void fill_head(const struct birth *birth, const struct orders *orders,
		      struct start_head *head)
{
	const char *version = Py_GetVersion(), *type = setlocale(LC_CTYPE, NULL);
	struct utsname name;

	memcpy(head->magic, START_IMAGE_MAGIC, sizeof(START_IMAGE_MAGIC));
	head->version = START_IMAGE_VERSION;
	head->arch = ARCH_HERE;
	head->kind = kind_of(birth);
	maker_kept.unbuffered = head->kind & START_UNBUFFERED;
	head->flags = maker_kept.coerced ? START_HEAD_COERCED : 0U;
	for (version += 2; *version >= '0' && *version <= '9'; version++)
		head->python = head->python * 10 + (uint32_t)(*version - '0');
	maker_kept.minor = (int)head->python;
	head->entry = (uint64_t)(uintptr_t)maker_entry;
	head->vdso = start_aux(birth->auxv, AT_SYSINFO_EHDR, 0);
	head->heap_end = (uint64_t)RAW_1(__NR_brk, 0);
	head->stack_soft = maker_kept.stack_soft;
	start_machine_read(birth->auxv, &head->machine);
	raw_cpu(head->machine.cpu, START_CPU_WORDS);
	read_boot(head->boot, sizeof(head->boot));
	if (RAW_1(__NR_uname, &name) == 0)
		copy(head->release, sizeof(head->release), name.release, "release");
	copy(head->locale, sizeof(head->locale), type, "locale");
	copy(head->program, sizeof(head->program), birth->argv[0], "program");
	copy(head->id, sizeof(head->id), orders->id, "id");
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
	fill_head(birth, orders, &room->head);
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
	keep_objects(&birth);
	keep_for_end();
	if (orders.hidden[0])
		maker_hide(orders.hidden);
	keep_zone();
	drop_streams();
	(void)PyGC_Collect();
	prepare_end();
	maker_seal();
	keep_process();
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
