/* SPDX-License-Identifier: MIT */
/* PID 1 of a BusyPy client. Never exits, never allocates, never blocks but in one place; what it
 * cannot do it says, and goes on. See init(8). */
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/arch.h"
#include "core/err.h"
#include "core/str.h"
#include "sys/clock.h"
#include "sys/fd.h"
#include "compose.h"
#include "console.h"
#include "crash.h"
#include "environment.h"
#include "forward.h"
#include "load.h"
#include "log.h"
#include "netroot.h"
#include "signals.h"
#include "state.h"

enum { CMDLINE_READ = 8 * 1024 /* bytes; kernels take at most 4096 */ };

static const char usage[] =
	"Usage: init                            as PID 1: see init(8)\n"
	"       init -q                         PID 1 reads its inittab again\n"
	"       init --check FILE               look for mistakes in an inittab\n"
	"       init --subreaper PROGRAM [ARG]  run a program, reap and forward signals\n"
	"       init --adopt PID                the same for a child that runs already\n";

static struct init machine;

/* Locks what comes from the file of one loaded segment. */
static int lock_segment(struct dl_phdr_info *info, size_t size, void *ctx)
{
	(void)size;
	(void)ctx;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];

		/* where that is not allowed, the pages are most likely in memory all the same */
		if (segment->p_type == PT_LOAD)
			(void)mlock((const void *)(info->dlpi_addr + segment->p_vaddr),
				    segment->p_filesz);
	}
	return 0;
}

/* What a shutdown needs must not have to be read from a server that has gone. Memory that was never
 * in a file stays without swap. */
static void lock_program(void)
{
	(void)dl_iterate_phdr(lock_segment, NULL);
}

/* Runs before everybody else, so that a storm of processes cannot keep it from reaping them or from
 * serving a signal; its children run as usual. Refused in most containers, where it stays as it
 * was. */
static void take_precedence(void)
{
	struct sched_param lowest = { .sched_priority = 1 };

	(void)syscall(SYS_sched_setscheduler, 0, SCHED_RR | SCHED_RESET_ON_FORK, &lowest);
}

static void parse_cmdline(struct init *init)
{
	static char bytes[CMDLINE_READ];
	ssize_t n = fd_read_file(AT_FDCWD, "/proc/cmdline", bytes, sizeof(bytes));
	struct err err = { 0 };
	size_t at = 0;
	int r;

	if (n < 0) {
		(void)err_set(&err, (int)-n, "cannot read it, ignoring");
		log_err("/proc/cmdline", &err);
		return;
	}
	while ((r = cmdline_next(bytes, (size_t)n, &at, &init->options, &err)) != 0) {
		if (r < 0)
			log_err("/proc/cmdline", &err);
	}
}

/* Words of the argument vector: BusyBox's, and in a container our own options, since the kernel's
 * command line is another machine's there. */
static void parse_arguments(struct init *init, char **argv)
{
	bool runlevel = false;
	struct err err = { 0 };

	for (size_t i = 1; argv[i]; i++) {
		if (str_starts(argv[i], "busypy.")) {
			if (init->container && cmdline_take(argv[i], i, &init->options, &err) < 0)
				log_err("arguments", &err);
			continue;
		}
		if (runlevel)
			continue;
		runlevel = true;
		if (str_eq(argv[i], "--rescue"))
			init->rescue = true;
		else if (environment_set("RUNLEVEL", argv[i]) < 0)
			log_note("init: no room for RUNLEVEL in the environment, ignoring");
		init->single =
			str_eq(argv[i], "single") || str_eq(argv[i], "-s") || str_eq(argv[i], "1");
	}
}

/* As BusyBox: ps shows "init" and nothing else. */
static void wipe_arguments(char **argv)
{
	size_t n = strlen(argv[0]);

	memset(argv[0], 0, n);
	memcpy(argv[0], "init", n < 4 ? n : 4);
	for (size_t i = 1; argv[i]; i++)
		memset(argv[i], 0, strlen(argv[i]));
	(void)prctl(PR_SET_NAME, "init"); /* cannot fail */
}

static bool in_container(void)
{
	static const char machines[] = "pid:[4026531836]"; /* PROC_PID_INIT_INO */
	char link[64];
	ssize_t n = readlink("/proc/self/ns/pid", link, sizeof(link) - 1);

	if (n < 0)
		return false;
	link[n] = '\0';
	return !str_eq(link, machines);
}

static void set_environment(void)
{
	/* There is room for three. */
	(void)environment_set("PATH", "/sbin:/usr/sbin:/bin:/usr/bin");
	(void)environment_set("SHELL", "/bin/sh");
	(void)environment_set("USER", "root");
}

static char **arguments; /* main's, until they are wiped */
static char nameless[1], *no_arguments[] = { nameless, NULL };

struct state state_prepare(struct init *init)
{
	bool no_console = console_reserve();

	environment_init();
	netroot_enter_current();
	compose_proc();
	init->container = in_container();
	log_set(init->container ? 0 : LOG_KMSG);
	/* Opened anew in the new /dev: no program could find the name of a device that is covered.
	 */
	if ((compose_mounts(init) || no_console) && console_reopen("/dev/console") < 0 &&
	    no_console)
		(void)console_reopen("/dev/null"); /* where that fails, what was reserved stays */
	log_open();
	(void)reboot(RB_DISABLE_CAD); /* so that Ctrl-Alt-Del is SIGINT; refused in containers */
	console_init();
	(void)chdir("/"); /* cannot fail */
	(void)setsid();	  /* fails where a container's maker has done it */
	set_environment();
	if (!init->container)
		parse_cmdline(init);
	parse_arguments(init, arguments);
	log_set((init->container ? 0 : LOG_KMSG) | (init->options.debug ? LOG_DEBUG : 0));
	wipe_arguments(arguments);
	take_precedence();
	if (!init->container)
		lock_program();
	log_note("init: prepared after %u ms", (unsigned)(clock_ms() - init->started));
	if (init->rescue)
		return (struct state){ state_rescue };
	return (struct state){ netroot_wanted(init) ? state_netroot : state_compose };
}

static int print(int fd, const char *text)
{
	return fd_write_all(fd, text, strlen(text)) < 0 ? 1 : 0;
}

/* Does everything but being PID 1; -1 if that is what is wanted. */
static int client(int argc, char **argv)
{
	const char *first = argc > 1 ? argv[1] : "";
	uint64_t pid;

	if (str_eq(first, "-q"))
		return kill(1, SIGHUP) < 0 ? 255 : 0;
	if (str_eq(first, "--adopt") && argc == 3 && str_to_u64(argv[2], 10, &pid) == 0 &&
	    pid > 1 && pid <= INT32_MAX)
		return forward_adopted(&machine, (int)pid);
	if (getpid() == 1 && !(str_eq(first, "--subreaper") && argc > 2))
		return -1;
	if (str_eq(first, "--subreaper") && argc > 2)
		return forward_program(&machine, argv + 2);
	if (str_eq(first, "--check") && argc == 3)
		return load_check(argv[2]);
	if (str_eq(first, "--help"))
		return print(STDOUT_FILENO, usage);
	if (str_eq(first, "--version"))
		return print(STDOUT_FILENO, "busypy init " BUSYPY_VERSION "\n");
	if (str_starts(first, "--")) {
		(void)print(STDERR_FILENO, usage);
		return 1;
	}
	(void)print(STDERR_FILENO, "init: must be run as PID 1\n");
	return 1;
}

int main(int argc, char **argv)
{
	int status;

	signals_block();
	status = client(argc, argv);
	if (status >= 0)
		return status;
	/* From here on this program must not end. */
	machine.started = clock_ms();
	machine.arch = arch_native();
	arguments = argc > 0 ? argv : no_arguments;
	cmdline_init(&machine.options);
	inittab_init(&machine.table);
	crash_catch(&machine);
	for (struct state state = { state_prepare };;)
		state = state.run(&machine);
}
