/* SPDX-License-Identifier: MIT */
/* Finds what in the memory of an initialised Python depends on its process: by values that are
 * known, never by offsets, which differ by version and arch. Anything that cannot be told for
 * certain ends the maker. */
#include <elf.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/start_image.h"
#include "core/start_judge.h"
#include "core/str.h"
#include "maker.h"
#include "python.h"
#include "sys/raw.h"

enum {
	THREAD_REACH = 4096,	/* struct pthread is within, on either side */
	STATE_REACH = 1024,	/* PyThreadState */
	CONFIG_REACH = 1024,	/* PyConfig */
	FRAMES_REACH = 1 << 20, /* the maker's own stack, below its birth */
	KERNEL_RSEQ = 32,
};

extern int fork(void);
extern int waitpid(int pid, int *status, int options);
extern int pipe(int fds[2]);
extern void *pthread_self(void);
extern void *dlsym(void *handle, const char *name);
extern const long __rseq_offset __attribute__((weak));
extern const unsigned __rseq_size __attribute__((weak));

/* -- the thread ----------------------------------------------------------------------------- */

static const struct area *area_of(const struct scan *scan, uint64_t address)
{
	for (unsigned i = 0; i < scan->n_areas; i++) {
		if (address >= scan->areas[i].start && address < scan->areas[i].end)
			return scan->areas + i;
	}
	return NULL;
}

/* The words around the thread pointer that can be read: [*from, *to). */
static void thread_reach(const struct scan *scan, uint64_t *from, uint64_t *to)
{
	uint64_t here = scan->head->thread;
	const struct area *area = area_of(scan, here);

	if (area) {
		*from = here - area->start < THREAD_REACH ? area->start : here - THREAD_REACH;
		*to = area->end - here < THREAD_REACH ? area->end : here + THREAD_REACH;
	} else {
		maker_fail("the thread pointer leads nowhere", "");
	}
}

static uint64_t only_one(uint64_t a, uint64_t b, const char *what)
{
	if (a && b)
		maker_fail("there are two of what must be one: ", what);
	return a ? a : b;
}

/* In a child the C library has changed the thread's id, and nothing else that was the parent's. */
static uint64_t find_tid(uint64_t from, uint64_t to, const char *before, uint32_t parent)
{
	uint32_t here = (uint32_t)RAW_1(__NR_gettid, 0), was;
	uint64_t found = 0;

	for (uint64_t at = from; at < to; at += sizeof(was)) {
		memcpy(&was, before + (at - from), sizeof(was));
		if (was == parent && *(uint32_t *)at == here)
			found = only_one(found, at, "the thread's id");
	}
	return found;
}

static uint64_t tid_by_fork(const struct scan *scan)
{
	uint32_t parent = (uint32_t)RAW_1(__NR_gettid, 0);
	uint64_t from, to, found = 0;
	int fds[2], child, status;
	char *before;

	thread_reach(scan, &from, &to);
	before = maker_scratch(to - from);
	memcpy(before, (const void *)from, to - from);
	if (pipe(fds) < 0 || (child = fork()) < 0)
		maker_fail("cannot start a process", "");
	if (child == 0) {
		found = find_tid(from, to, before, parent);
		(void)RAW_3(__NR_write, fds[1], &found, sizeof(found));
		_exit(0);
	}
	if (RAW_3(__NR_read, fds[0], &found, sizeof(found)) != sizeof(found) || !found)
		maker_fail("cannot find where the thread's id is", "");
	(void)waitpid(child, &status, 0);
	(void)RAW_1(__NR_close, fds[0]);
	(void)RAW_1(__NR_close, fds[1]);
	return found;
}

static uint64_t canary_of(uint64_t thread)
{
#ifdef __x86_64__
	enum { CANARY = 0x28 }; /* a constant of the ABI: every program of x86_64 reads it there */

	return thread + CANARY;
#else
	(void)thread;
	return (uint64_t)(uintptr_t)dlsym(NULL, "__stack_chk_guard");
#endif
}

void maker_scan_thread(struct scan *scan)
{
	struct start_head *head = scan->head;
	uint64_t robust = 0, size = 0;

	head->thread = (uint64_t)(uintptr_t)__builtin_thread_pointer();
	head->tid = tid_by_fork(scan);
	if (RAW_3(__NR_get_robust_list, 0, &robust, &size) == 0 && robust) {
		head->robust = robust;
		head->robust_size = size;
	}
	if (&__rseq_size && __rseq_size) {
		head->rseq = head->thread + (uint64_t)__rseq_offset;
		head->rseq_size = KERNEL_RSEQ;
	}
	head->canary = canary_of(head->thread);
}

/* -- words ---------------------------------------------------------------------------------- */

/* What each class points to in the maker; 0: there is none of it. */
struct classes {
	uint64_t value[WORD_CLEANUP];
	uint64_t low, high; /* the stack */
};

static void fill_classes(const struct birth *birth, struct classes *ret)
{
	const char *program = birth->argv[0];

	ret->value[WORD_AUXV] = (uint64_t)(uintptr_t)birth->auxv;
	ret->value[WORD_ARGV] = (uint64_t)(uintptr_t)birth->argv;
	ret->value[WORD_ENVP] = (uint64_t)(uintptr_t)birth->envp;
	ret->value[WORD_STACK] = (uint64_t)(uintptr_t)birth->stack;
	ret->value[WORD_RANDOM] = start_aux(birth->auxv, AT_RANDOM, 0);
	ret->value[WORD_PLATFORM] = start_aux(birth->auxv, AT_PLATFORM, 0);
	ret->value[WORD_PROGRAM] = (uint64_t)(uintptr_t)program;
	ret->value[WORD_PROGRAM_NAME] = (uint64_t)(uintptr_t)path_base(program);
	ret->value[WORD_EXECFN] = start_aux(birth->auxv, AT_EXECFN, 0);
}

static void add_place(uint64_t address, enum stack_word word)
{
	if (maker_kept.n_places == STACK_WORDS_MAX)
		maker_fail("too many words point to the stack", "");
	maker_kept.places[maker_kept.n_places++] = (struct place){ address, word };
}

/* One that points below the birth is the frame that called main: in the thread's own structure, or
 * it is nothing but what was left behind in memory that is free. */
static bool classify(const struct scan *scan, const struct classes *classes, uint64_t address)
{
	uint64_t value = *(uint64_t *)address, thread = scan->head->thread;

	for (unsigned i = 0; i < WORD_CLEANUP; i++) {
		if (classes->value[i] && value == classes->value[i]) {
			add_place(address, (enum stack_word)i);
			return true;
		}
	}
	if (value < classes->value[WORD_STACK] && address + THREAD_REACH > thread &&
	    address < thread + THREAD_REACH) {
		add_place(address, WORD_CLEANUP);
		return true;
	}
	return false;
}

/* In memory that is free, or by chance; but not where each word has a meaning. */
static void leave(const struct area *area, uint64_t address)
{
	char line[512];
	struct text text;

	text_init(&text, line, sizeof(line));
	text_addf(&text, "%#lx: %#lx in %s\n", (unsigned long)address, *(unsigned long *)address,
		  area->path);
	if (maker_is_loaded(address))
		maker_fail("a word that is not known points to the stack: ", text.data);
	if (maker_debug)
		(void)RAW_3(__NR_write, STDERR_FILENO, text.data, text.used);
}

static void add_vdso_word(struct scan *scan, uint64_t address)
{
	struct start_head *head = scan->head;

	if (head->n_words == START_WORDS_MAX)
		maker_fail("too many words point into the vdso", "");
	scan->words[head->n_words++] =
		(struct start_word){ .address = address, .value = *(uint64_t *)address };
}

static void scan_words(struct scan *scan, const struct classes *classes, const struct area *area,
		       uint64_t from, uint64_t to)
{
	for (uint64_t at = from; at < to; at += sizeof(uint64_t)) {
		uint64_t value = *(uint64_t *)at;

		if (value >= scan->vdso && value < scan->vdso_end)
			add_vdso_word(scan, at);
		else if (value >= classes->low && value < classes->high &&
			 !classify(scan, classes, at))
			leave(area, at);
	}
}

/* What was mapped of a file and never changed has no such word; it may end before its mapping. */
static bool has_words(const struct area *area)
{
	return area->protection & PROT_READ && !area->shared && !maker_is_special(area) &&
	       (area->protection & PROT_WRITE || maker_is_relro(area));
}

void maker_scan(struct scan *scan)
{
	struct classes classes = { .high = (uint64_t)(uintptr_t)scan->birth->stack };
	const struct area *stack = area_of(scan, classes.high);

	fill_classes(scan->birth, &classes);
	classes.low = classes.high - FRAMES_REACH;
	classes.high = stack->end;
	for (unsigned i = 0; i < scan->n_areas; i++) {
		const struct area *area = scan->areas + i;

		if (!has_words(area))
			continue;
		for (uint64_t at = area->start, end; maker_piece(area, &at, &end); at = end)
			scan_words(scan, &classes, area, at, end);
	}
}

/* -- Python --------------------------------------------------------------------------------- */

static bool readable(const struct scan *scan, uint64_t address, uint64_t n)
{
	const struct area *area = area_of(scan, address);

	return area && area->protection & PROT_READ && n <= area->end - address;
}

/* True if the word is a pointer to that text, of which each character is a wchar_t. */
static bool is_wide(const struct scan *scan, uint64_t word, const char *text)
{
	const wchar_t *wide = (const wchar_t *)word;
	size_t n = strlen(text);

	if (word % sizeof(wchar_t) || !readable(scan, word, (n + 1) * sizeof(wchar_t)))
		return false;
	for (size_t i = 0; i <= n; i++) {
		if (wide[i] != (wchar_t)(unsigned char)text[i])
			return false;
	}
	return true;
}

/* True if there is a list of n such words, of which the first and the last are known. */
static bool is_list(const struct scan *scan, const uint64_t *at, long n, const char *first,
		    const char *last)
{
	const uint64_t *items = (const uint64_t *)at[1];

	return at[0] == (uint64_t)n && at[1] % 8 == 0 && readable(scan, at[1], (uint64_t)n * 8) &&
	       is_wide(scan, items[0], first) && is_wide(scan, items[n - 1], last);
}

static void *config_of(void *interpreter)
{
	void *(*by_interpreter)(void *) = dlsym(NULL, "_PyInterpreterState_GetConfig");
	void *(*current)(void) = dlsym(NULL, "_Py_GetConfig");

	if (!by_interpreter && !current)
		maker_fail("this Python does not tell where its configuration is", "");
	return by_interpreter ? by_interpreter(interpreter) : current();
}

static void scan_config(const struct scan *scan)
{
	const struct birth *birth = scan->birth;
	uint64_t *config = config_of(PyInterpreterState_Get()), filename = 0, argv = 0, orig = 0;
	const char *last = birth->argv[birth->argc - 1];

	for (uint64_t *at = config; at < config + CONFIG_REACH / sizeof(*at); at++) {
		uint64_t here = (uint64_t)(uintptr_t)at;

		if (is_wide(scan, *at, last))
			filename = only_one(filename, here, "the script");
		if (is_list(scan, at, 1, last, last))
			argv = only_one(argv, here, "argv");
		if (is_list(scan, at, birth->argc, birth->argv[0], last))
			orig = only_one(orig, here, "orig_argv");
	}
	if (!filename || !argv || !orig)
		maker_fail("cannot find the words in Python's configuration", "");
	maker_kept.run_filename = (wchar_t **)filename;
	maker_kept.argv = (struct wide_list *)argv;
	maker_kept.orig_argv = (struct wide_list *)orig;
}

/* PyThreadState has pthread_self() and, after it, the kernel's id. */
static void scan_state(void)
{
	uint64_t *state = PyThreadState_Get(), self = (uint64_t)(uintptr_t)pthread_self(),
		 id = (uint64_t)RAW_1(__NR_gettid, 0), found = 0;

	for (uint64_t *at = state; at < state + STATE_REACH / sizeof(*at); at++) {
		if (at[0] == self && at[1] == id)
			found = only_one(found, (uint64_t)(uintptr_t)(at + 1), "the native id");
	}
	if (!found)
		maker_fail("cannot find the native id in Python's thread", "");
	maker_kept.native_id = (unsigned long *)found;
}

void maker_scan_python(const struct scan *scan)
{
	scan_config(scan);
	scan_state();
}
