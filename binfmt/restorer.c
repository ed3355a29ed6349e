/* SPDX-License-Identifier: MIT */
/* Started in the place of a tree's Python, with its words and environment: puts an image of one
 * that is already initialised into this process, or, at any doubt, executes the interpreter. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "core/path_size.h"
#include "core/start_baked.h"
#include "core/start_image.h"
#include "core/start_judge.h"
#include "core/str.h"
#include "restore.h"
#include "sys/raw.h"

enum { NOT_FOUND = 127, CANNOT_RUN = 126, STACK_GAP = 4 << 20 };

#if defined(__x86_64__)
#define ARCH_HERE EM_X86_64
#elif defined(__aarch64__)
#define ARCH_HERE EM_AARCH64
#else
#define ARCH_HERE EM_NONE /* no image is of it */
#endif

static const struct start_baked baked_here __attribute__((section(".busypy"), used, aligned(8))) = {
	.magic = START_BAKED_MAGIC_A START_BAKED_MAGIC_B,
	.size = sizeof(struct start_baked),
	.version = START_BAKED_VERSION,
	.interpreter = "/usr/bin/python3",
};

/* The bytes change after the compiler has seen them. */
static const struct start_baked *baked(void)
{
	const struct start_baked *here = &baked_here;

	__asm__ volatile("" : "+r"(here));
	return here;
}

struct start {
	const struct start_baked *baked;
	struct start_request request;
	struct start_verdict verdict;
	struct start_image image;
	int fd;
};

/* -- what the verdict asks ------------------------------------------------------------------ */

/* As Python finds itself by a bare name: Modules/getpath.py. */
static enum start_doubt search(const struct start *start)
{
	const char *paths = start->verdict.paths, *name = path_base(start->baked->program);
	char path[PATH_SIZE];

	while (paths[0] == '/' && path_next(&paths, name, path, sizeof(path)) > 0) {
		if (str_eq(path, start->baked->program))
			return START_SURE;
		if (access(path, X_OK) == 0)
			return START_SEARCH_PATH;
	}
	return START_SEARCH_PATH;
}

static enum start_doubt judge_streams(void)
{
	struct stat st;

	for (int fd = 0; fd < 3; fd++) {
		if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
			return START_STREAM;
	}
	return START_SURE;
}

/* -- the image ------------------------------------------------------------------------------ */

/* busypyd makes what is asked for; nobody waits for it. */
static void ask(const struct start *start)
{
	char path[START_PATH_SIZE + 16];
	unsigned char kind = (unsigned char)start->verdict.kind;
	struct text text;
	int fd;

	text_init(&text, path, sizeof(path));
	text_add(&text, start->baked->folder);
	text_add(&text, "/wanted");
	fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return;
	(void)!write(fd, &kind, 1);
	(void)close(fd);
}

static enum start_doubt open_image(struct start *start)
{
	const unsigned char *random =
		(const unsigned char *)(uintptr_t)start_aux(start->request.auxv, AT_RANDOM, 0);
	uint32_t serial = random ? random[15] % start->baked->serials : 0;
	char path[START_PATH_SIZE + 16];

	if (start_image_path(start->baked->folder, start->verdict.kind, serial, path,
			     sizeof(path)) < 0)
		return START_NO_IMAGE;
	start->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (start->fd >= 0)
		return START_SURE;
	if (errno == ENOENT)
		ask(start);
	return START_NO_IMAGE;
}

static enum start_doubt read_head(struct start *start)
{
	uint32_t page = (uint32_t)start_aux(start->request.auxv, AT_PAGESZ, 0);
	struct stat st;
	void *head;

	if (fstat(start->fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size < START_HEAD_SIZE)
		return START_BAD_IMAGE;
	head = mmap(NULL, START_HEAD_SIZE, PROT_READ, MAP_PRIVATE, start->fd, 0);
	if (head == MAP_FAILED)
		return START_BAD_IMAGE;
	if (start_image_check(head, (uint64_t)st.st_size, page, ARCH_HERE, &start->image) < 0 ||
	    start->image.head->kind != start->verdict.kind)
		return START_BAD_IMAGE;
	return START_SURE;
}

static enum start_doubt judge_origin(const struct start *start)
{
	const struct start_head *head = start->image.head;
	struct utsname name;

	if (!str_eq(head->id, start->baked->id))
		return START_OTHER_VERSION;
	if (!str_eq(head->program, start->baked->program))
		return START_PROGRAM;
	if (head->flags & START_HEAD_COERCED && start->verdict.overrides)
		return START_COERCED;
	if (uname(&name) < 0 || !str_eq(head->release, name.release))
		return START_OTHER_KERNEL;
	return START_SURE;
}

static bool same_boot(const struct start_head *head)
{
	char boot[START_BOOT_SIZE] = "";
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, boot, sizeof(boot) - 1);
	(void)close(fd);
	return n > 1 && str_eq(boot, head->boot);
}

/* To ask the processor costs more than all else here; since this boot it is the same. */
static enum start_doubt judge_machine(const struct start *start)
{
	const struct start_head *head = start->image.head;
	struct start_machine here;

	start_machine_read(start->request.auxv, &here);
	if (!start_machine_same(&head->machine, &here))
		return START_OTHER_AUXV;
	if (same_boot(head))
		return START_SURE;
#if defined(__x86_64__) || defined(__aarch64__)
	raw_cpu(here.cpu, START_CPU_WORDS);
#endif
	return memcmp(here.cpu, head->machine.cpu, sizeof(here.cpu)) == 0 ? START_SURE
									  : START_OTHER_PROCESSOR;
}

/* The first page has the build id; where that is the same so is the length. */
static enum start_doubt judge_vdso(const struct start *start)
{
	const uint8_t *here =
		(const uint8_t *)(uintptr_t)start_aux(start->request.auxv, AT_SYSINFO_EHDR, 0);
	const struct start_head *head = start->image.head;
	size_t first = head->machine.page < head->vdso_size ? head->machine.page : head->vdso_size;

	if (!here || !head->vdso)
		return !here && !head->vdso ? START_SURE : START_OTHER_VDSO;
	if (memcmp(here, start->image.vdso, first) != 0 ||
	    memcmp(here + first, start->image.vdso + first, head->vdso_size - first) != 0)
		return START_OTHER_VDSO;
	return START_SURE;
}

#ifndef AT_STATX_DONT_SYNC
#define AT_STATX_DONT_SYNC 0x4000
#endif

/* Attributes as the kernel has them in memory: a start asks no file server. Not by statx(2): a
 * seccomp filter may be older, and kill for it. */
static bool watch_same(const struct start_watch *watch, const char *path)
{
	struct start_watch found;
	struct stat st;
	int r = fstatat(AT_FDCWD, path, &st, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT);

	start_watch_fill(r == 0 ? &st : NULL, &found);
	return start_watch_same(watch, &found);
}

static enum start_doubt judge_files(const struct start *start)
{
	bool all = start->baked->flags & START_BAKED_WATCH;

	for (uint32_t i = 0; i < start->image.head->n_watches; i++) {
		const struct start_watch *watch = start->image.watches + i;

		if ((all || watch->flags & START_WATCH_ALWAYS) &&
		    !watch_same(watch, start->image.text + watch->path))
			return START_FILE_CHANGED;
	}
	return START_SURE;
}

/* A user's packages: the image was made where there are none. */
static enum start_doubt judge_user(const struct start *start)
{
	char path[PATH_SIZE];
	unsigned python = start->image.head->python;
	struct text text;

	if (start->verdict.kind & (START_NO_USER_SITE | START_ISOLATED))
		return START_SURE;
	if (python > 99)
		return START_BAD_IMAGE;
	text_init(&text, path, sizeof(path));
	text_add(&text, start->verdict.home);
	text_add(&text, "/.local/lib/python3.");
	text_add_number(&text, python);
	text_add(&text, "/site-packages");
	if (text_check(&text) < 0 || access(path, F_OK) == 0)
		return START_USER_SITE;
	return START_SURE;
}

/* -- places --------------------------------------------------------------------------------- */

/* The stack grows as far as its limit, which a script may raise; malloc gives up where the break
 * lies below its heap. */
static enum start_doubt judge_places(const struct start *start)
{
	const struct start_head *head = start->image.head;
	uint64_t here = (uint64_t)(uintptr_t)start->request.argv, room;
	struct rlimit limit;

	if (getrlimit(RLIMIT_STACK, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY)
		return START_STACK;
	room = (uint64_t)limit.rlim_cur + STACK_GAP;
	for (uint32_t i = 0; i < head->n_segments; i++) {
		const struct start_segment *segment = start->image.segments + i;
		uint64_t end = segment->address + segment->length;

		if (segment->address < here && (here < end || here - end < room))
			return START_STACK;
	}
#if defined(__x86_64__) || defined(__aarch64__)
	if ((uint64_t)RAW_1(__NR_brk, 0) < head->heap_end)
		return START_ADDRESS_TAKEN;
#endif
	return START_SURE;
}

/* In order of cost; each that is in doubt ends the row. */
static enum start_doubt prepare(struct start *start)
{
	static enum start_doubt (*const steps[])(const struct start *start) = {
		judge_origin, judge_machine, judge_vdso, judge_files, judge_user, judge_places,
	};
	enum start_doubt doubt;

	start_judge(&start->request, start->baked, &start->verdict);
	doubt = start->verdict.doubt;
	if (doubt == START_SURE && start->verdict.paths)
		doubt = search(start);
	if (doubt == START_SURE)
		doubt = judge_streams();
	if (doubt == START_SURE)
		doubt = open_image(start);
	if (doubt == START_SURE)
		doubt = read_head(start);
	for (size_t i = 0; doubt == START_SURE && i < sizeof(steps) / sizeof(steps[0]); i++)
		doubt = steps[i](start);
	return doubt;
}

/* -- the way out ---------------------------------------------------------------------------- */

static const char *debug_variable(char *const *envp)
{
	for (; *envp; envp++) {
		if (str_starts(*envp, "BUSYPY_START_DEBUG="))
			return *envp;
	}
	return NULL;
}

/* No printf, which would be most of this program. */
static void say(const char *what, const char *which, const char *why)
{
	char line[START_PATH_SIZE + 256];
	struct text text;

	text_init(&text, line, sizeof(line));
	text_add(&text, what);
	text_add(&text, which);
	text_add(&text, why);
	text_add(&text, "\n");
	(void)!write(STDERR_FILENO, text.data, text.used);
}

static _Noreturn void start_plainly(const struct start *start, enum start_doubt doubt)
{
	char *const *argv = start->request.argv, *const *envp = start->request.envp;
	const char *interpreter = start->baked->interpreter;
	int r;

	if (debug_variable(envp))
		say("busypy start: ", start_doubt_text(doubt), "");
	(void)execve(interpreter, argv, envp);
	r = errno;
	say("busypy: cannot execute ", interpreter,
	    r == ENOENT	  ? ": there is no such file"
	    : r == EACCES ? ": it may not be executed"
			  : ": the kernel refuses it");
	_exit(r == ENOENT ? NOT_FOUND : CANNOT_RUN);
}

int main(int argc, char **argv, char **envp)
{
	struct start start = { .baked = baked(), .fd = -1 };
	char **end = envp;
	enum start_doubt doubt;

	(void)argc;
	while (*end)
		end++;
	start.request = (struct start_request){
		.argv = argv, .envp = envp, .auxv = (const struct start_aux *)(void *)(end + 1)
	};
	doubt = prepare(&start);
	if (doubt == START_SURE) {
		const struct restore all = {
			.image = &start.image,
			.fd = start.fd,
			.stack = (uint64_t *)(void *)argv - 1,
			.auxv = start.request.auxv,
			.script = start.verdict.script,
		};

		doubt = restore(&all);
	}
	start_plainly(&start, doubt);
}
