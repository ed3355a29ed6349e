/* SPDX-License-Identifier: MIT */
/* Where a process goes on into which an image was put: gives the C library and Python what they
 * would have taken from this process, and runs the script. Whatever the maker had of its own
 * process must be replaced here. */
#include <elf.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/start_judge.h"
#include "core/str.h"
#include "maker.h"
#include "python.h"
#include "sys/raw.h"

enum { ATTRIBUTES = 128, REAL_TIME = 32 /* glibc's own signals: this and the next */ };

extern char **environ;
extern void *__curbrk __attribute__((weak));
extern int pthread_getattr_default_np(void *attributes);
extern int pthread_setattr_default_np(const void *attributes);
extern int pthread_attr_setstacksize(void *attributes, size_t n);

struct kept maker_kept;
bool maker_making = true;

static struct birth born; /* this process */
static uint64_t script;	  /* argv[script] */

/* -- the C library -------------------------------------------------------------------------- */

static uint64_t pointer(const void *to)
{
	return (uint64_t)(uintptr_t)to;
}

static uint64_t new_value(enum stack_word word)
{
	switch (word) {
	case WORD_AUXV:
		return pointer(born.auxv);
	case WORD_ARGV:
		return pointer(born.argv);
	case WORD_ENVP:
		return pointer(born.envp);
	case WORD_STACK:
		return pointer(born.stack);
	case WORD_RANDOM:
		return start_aux(born.auxv, AT_RANDOM, 0);
	case WORD_PLATFORM:
		return start_aux(born.auxv, AT_PLATFORM, 0);
	case WORD_PROGRAM:
		return pointer(born.argv[0]);
	case WORD_PROGRAM_NAME:
		return pointer(path_base(born.argv[0]));
	case WORD_EXECFN:
		return start_aux(born.auxv, AT_EXECFN, 0);
	case WORD_CLEANUP:
		return 0;
	}
	return 0;
}

static void mend(void)
{
	for (unsigned i = 0; i < maker_kept.n_places; i++)
		*(uint64_t *)(uintptr_t)maker_kept.places[i].address =
			new_value(maker_kept.places[i].word);
	environ = born.envp;
	/* the break is another: asked for anew. What malloc has stays below it */
	if (&__curbrk)
		__curbrk = NULL;
	for (unsigned i = 0; i < maker_kept.n_relro; i++)
		(void)RAW_3(__NR_mprotect, maker_kept.relro[i].address, maker_kept.relro[i].length,
			    PROT_READ);
}

void maker_entry(uint64_t *stack, uint64_t at)
{
	char **end;

	maker_making = false;
	script = at;
	born.stack = stack;
	born.argc = (long)stack[0];
	born.argv = (char **)(stack + 1);
	born.envp = end = born.argv + born.argc + 1;
	while (*end)
		end++;
	born.auxv = (const struct start_aux *)(void *)(end + 1);
	mend();
	exit(maker_real_start(maker_resume, (int)born.argc, born.argv, stack));
}

/* As glibc takes it at its start from the limit of the stack. */
static void set_thread_stacks(void)
{
	struct rlimit limit;
	uint64_t attributes[ATTRIBUTES / 8];
	size_t size;

	if (RAW_4(__NR_prlimit64, 0, RLIMIT_STACK, NULL, &limit) < 0 ||
	    limit.rlim_cur == maker_kept.stack_soft)
		return;
	size = ((size_t)limit.rlim_cur + 4095) & ~(size_t)4095;
	if (pthread_getattr_default_np(attributes) != 0)
		return;
	if (pthread_attr_setstacksize(attributes, size) != 0)
		(void)pthread_attr_setstacksize(attributes, (size_t)sysconf(_SC_THREAD_STACK_MIN));
	(void)pthread_setattr_default_np(attributes);
}

/* -- Python --------------------------------------------------------------------------------- */

/* As Python does that cannot start. */
static _Noreturn void fail(void)
{
	static const char text[] = "busypy: cannot go on with Python: no memory\n";

	PyErr_Print();
	(void)RAW_3(__NR_write, STDERR_FILENO, text, sizeof(text) - 1);
	_exit(1);
}

static void *needed(void *pointer_or_null)
{
	if (!pointer_or_null)
		fail();
	return pointer_or_null;
}

static void set_system(const char *name, struct object *value)
{
	if (PySys_SetObject(name, needed(value)) < 0)
		fail();
	Py_DecRef(value);
}

static void set_attribute(struct object *object, const char *name, struct object *value)
{
	if (PyObject_SetAttrString(object, name, needed(value)) < 0)
		fail();
	Py_DecRef(value);
}

/* A word of the configuration, which Python frees. */
static wchar_t *decode(const char *text)
{
	return needed(Py_DecodeLocale(text, NULL));
}

static void set_list(const char *name, struct wide_list *list, char **words, long n)
{
	wchar_t **items = needed(PyMem_RawMalloc((size_t)n * sizeof(*items)));
	struct object *values = needed(PyList_New(0));

	for (long i = 0; i < n; i++) {
		struct object *value;

		items[i] = decode(words[i]);
		value = needed(PyUnicode_FromWideChar(items[i], -1));
		if (PyList_Append(values, value) < 0)
			fail();
		Py_DecRef(value);
	}
	*list = (struct wide_list){ .n = n, .items = items };
	set_system(name, values);
}

/* config_run_filename_abspath(): a path that cannot be made absolute stays as it is. */
static wchar_t *absolute(const char *path)
{
	char folder[4096];
	wchar_t *name = decode(path), *cwd, *all;
	size_t n, m = wcslen(name);

	if (path[0] == '/' || !getcwd(folder, sizeof(folder)))
		return name;
	cwd = decode(folder);
	n = wcslen(cwd);
	all = needed(PyMem_RawMalloc((n + 1 + m + 1) * sizeof(*all)));
	memcpy(all, cwd, n * sizeof(*all));
	all[n] = L'/';
	memcpy(all + n + 1, name, (m + 1) * sizeof(*all));
	return all;
}

static void set_words(void)
{
	const char *program = born.argv[0];

	*maker_kept.run_filename = absolute(born.argv[script]);
	set_list("argv", maker_kept.argv, born.argv + script, born.argc - (long)script);
	set_list("orig_argv", maker_kept.orig_argv, born.argv, born.argc);
	if (maker_kept.names_itself && program[0] == '/') {
		set_system("executable", PyUnicode_DecodeFSDefault(program));
		set_system("_base_executable", PyUnicode_DecodeFSDefault(program));
	}
}

/* convertenviron(): os.environ is a view of this dictionary. */
static void set_environ(void)
{
	PyDict_Clear(maker_kept.environ);
	for (char **at = environ; *at; at++) {
		const char *equals = strchr(*at, '=');
		struct object *name, *value;

		if (!equals)
			continue;
		name = needed(PyBytes_FromStringAndSize(*at, equals - *at));
		value = needed(PyBytes_FromStringAndSize(equals + 1, (long)strlen(equals + 1)));
		(void)needed(PyDict_SetDefault(maker_kept.environ, name, value));
		Py_DecRef(name);
		Py_DecRef(value);
	}
}

/* The user's folders as site.py names them, whether they count or not. */
static void set_user(void)
{
	const char *home = getenv("HOME");
	size_t n = home ? strlen(home) : 0;
	char path[4096 + 64];
	struct text text;

	if (!maker_kept.site || !home)
		return;
	while (n && home[n - 1] == '/')
		n--;
	text_init(&text, path, sizeof(path));
	text_add_bytes(&text, home, n);
	text_add(&text, "/.local");
	set_attribute(maker_kept.site, "USER_BASE", PyUnicode_DecodeFSDefault(path));
	text_add(&text, "/lib/python3.");
	text_add_number(&text, maker_kept.minor);
	text_add(&text, "/site-packages");
	set_attribute(maker_kept.site, "USER_SITE", PyUnicode_DecodeFSDefault(path));
}

/* Python handles SIGINT unless it is ignored, ignores two others, and notes which are ignored. */
static void set_signal(int number)
{
	struct {
		void *handler;
		unsigned long flags;
		void *restorer;
		uint64_t mask;
	} now = { 0 };
	const void *made = maker_kept.signals[number].handler;
	struct object *result;

	(void)RAW_4(__NR_rt_sigaction, number, NULL, &now, sizeof(uint64_t));
	if (made == (void *)SIG_IGN ||
	    (made != (void *)SIG_DFL && now.handler == (void *)SIG_DFL)) {
		(void)RAW_4(__NR_rt_sigaction, number, &maker_kept.signals[number], NULL,
			    sizeof(uint64_t));
		return;
	}
	if (now.handler != (void *)SIG_IGN)
		return;
	result = PyObject_CallFunction(maker_kept.signal_set, "iO", number,
				       maker_kept.signal_ignore);
	if (!result)
		PyErr_Clear();
	else
		Py_DecRef(result);
}

static void set_signals(void)
{
	for (int number = 1; number < 65; number++) {
		if (number != SIGKILL && number != SIGSTOP && number != REAL_TIME &&
		    number != REAL_TIME + 1)
			set_signal(number);
	}
}

static void call(struct object *callable)
{
	struct object *result = callable ? PyObject_CallFunction(callable, NULL) : NULL;

	if (result)
		Py_DecRef(result);
	else if (callable)
		PyErr_Clear(); /* as the start of a tree does: not worth a failure */
}

int maker_resume(int argc, char **argv, char **envp)
{
	(void)argc, (void)argv, (void)envp;
	set_thread_stacks();
	if (maker_kept.coerced && setenv("LC_CTYPE", "C.UTF-8", 1) < 0)
		fail();
	*maker_kept.native_id = (unsigned long)RAW_1(__NR_gettid, 0);
	set_words();
	set_environ();
	set_user();
	set_signals();
	maker_zone_resume();
	maker_streams();
	call(maker_kept.tree_resume);
	call(maker_kept.hidden_resume);
	return Py_RunMain();
}
