/* SPDX-License-Identifier: MIT */
/* QEMU's command line, its console and its QMP events. */
#include "image/qemu.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/str.h"
#include "core/x86_level.h"
#include "core/x86_model.h"
#include "sys/clock.h"
#include "sys/fd.h"
#include "sys/processor.h"

enum {
	WORDS_MAX = 96,
	TAIL_SIZE = 4096,      /* of the console, in which the last words are looked for */
	HALT_GRACE_MS = 300,   /* after "System halted": nothing comes after it */
	CONSOLE_IN_GUEST = 10, /* descriptors as QEMU sees them */
	QMP_IN_GUEST = 11
};

#define ACCEL "tcg"

enum { TCG_LEVEL = 3 }; /* what it emulates since QEMU 7.2; no AVX-512 */

/* What a generic machine of each arch is called. The cortex-a57 is the fastest to emulate that runs
 * every distribution: "max" has pointer authentication, five times as slow. */
static const struct machine {
	const char *arch, *program, *machine, *cpu, *console, *words;
} machines[] = {
	/* without the word an emulated machine on a busy host may panic: its timer seems not to
	   work */
	{ "x86_64", "qemu-system-x86_64", "q35", "qemu64", "ttyS0", "no_timer_check " },
	{ "aarch64", "qemu-system-aarch64", "virt", "cortex-a57", "ttyAMA0", "" },
};

struct running {
	const struct qemu_request *request;
	pid_t child;
	int console, qmp;
	char tail[TAIL_SIZE]; /* the console's last output, terminated */
	size_t n_tail;
	char events[TAIL_SIZE]; /* QMP's last lines */
	size_t n_events;
	bool shutdown, reset, quit;
	int64_t halted_at; /* milliseconds, 0 while it runs */
};

const char *qemu_verdict_name(enum qemu_verdict verdict)
{
	static const char *const names[] = { "poweroff", "reboot",  "panic",
					     "halt",	 "timeout", "quit" };

	return names[verdict];
}

void qemu_make_mac(char ret[18])
{
	unsigned char bytes[3] = { 0 };

	if (getrandom(bytes, sizeof(bytes), GRND_NONBLOCK) < 0)
		memcpy(bytes, &(pid_t){ getpid() }, sizeof(bytes));
	(void)snprintf(ret, 18, "52:54:00:%02x:%02x:%02x", bytes[0], bytes[1], bytes[2]);
}

/* The command line; words points into texts, which live until the exec. */
struct command {
	const char *words[WORDS_MAX + 1];
	size_t n;
	char texts[16384];
	struct text text;
};

static void add(struct command *command, const char *word)
{
	if (command->n < WORDS_MAX)
		command->words[command->n++] = word;
	else
		command->text.overflow = true;
}

/* One word made of two. */
static void add_joined(struct command *command, const char *a, const char *b)
{
	const char *start = command->text.data + command->text.used;

	text_add(&command->text, a);
	text_add(&command->text, b);
	text_add_bytes(&command->text, "", 1);
	add(command, start);
}

static void add_storage(struct command *command, const struct qemu_request *request)
{
	for (size_t i = 0; i < request->n_drives; i++) {
		add(command, "-drive");
		add_joined(command, "if=virtio,format=raw,file=", request->drives[i]);
	}
	if (request->net) {
		add(command, "-netdev");
		add_joined(command, request->net, ",id=n0");
		add(command, "-device");
		add_joined(command, "virtio-net-pci,netdev=n0,romfile=,mac=",
			   request->mac ? request->mac : "52:54:00:12:34:56");
	}
}

static const struct machine *machine_for(const struct arch *arch)
{
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		if (str_eq(machines[i].arch, arch->name))
			return &machines[i];
	}
	return NULL;
}

static const char *cpu_of(const struct qemu_request *request, const struct machine *machine)
{
	return request->cpu ? request->cpu : machine->cpu;
}

unsigned qemu_x86_level(const struct qemu_request *request, const char **ret_cpu)
{
	const char *accel = request->accel ? request->accel : ACCEL;
	const struct machine *machine = machine_for(request->arch);
	unsigned level, most;

	if (!machine || !str_eq(machine->arch, "x86_64"))
		return 0;
	*ret_cpu = cpu_of(request, machine);
	level = x86_model_level(*ret_cpu);
	if (str_eq(*ret_cpu, "max") || str_eq(*ret_cpu, "host"))
		level = X86_LEVEL_MAX;
	/* of more than it has, an accelerator only warns */
	most = str_starts(accel, "kvm") ? processor_x86_level() : TCG_LEVEL;
	return level < most ? level : most;
}

static int build(const struct qemu_request *request, struct command *ret, struct err *err)
{
	char memory[16], console[64];
	const struct machine *machine = machine_for(request->arch);

	if (!machine)
		return err_say(err, ENOENT,
			       "no virtual machine is known for %s (only for x86_64 "
			       "and aarch64)",
			       request->arch->name);
	ret->n = 0;
	text_init(&ret->text, ret->texts, sizeof(ret->texts));
	(void)snprintf(memory, sizeof(memory), "%u", request->memory);
	add(ret, machine->program);
	add(ret, "-M");
	add(ret, machine->machine);
	add(ret, "-accel");
	add(ret, request->accel ? request->accel : ACCEL);
	add(ret, "-cpu");
	add(ret, cpu_of(request, machine));
	add(ret, "-m");
	add_joined(ret, memory, "");
	add(ret, "-nodefaults");
	add(ret, "-no-user-config");
	add(ret, "-no-reboot");
	add(ret, "-display");
	add(ret, "none");
	add(ret, "-chardev");
	add(ret, "socket,id=console,fd=10");
	add(ret, "-serial");
	add(ret, "chardev:console");
	add(ret, "-chardev");
	add(ret, "socket,id=qmp,fd=11");
	add(ret, "-mon");
	add(ret, "chardev=qmp,mode=control");
	/* Python asks for random numbers; a machine without a source of them waits. */
	add(ret, "-device");
	add(ret, "virtio-rng-pci");
	add(ret, "-kernel");
	add(ret, request->kernel);
	if (request->initrd) {
		add(ret, "-initrd");
		add(ret, request->initrd);
	}
	add_storage(ret, request);
	add(ret, "-append");
	(void)snprintf(console, sizeof(console), "console=%s panic=-1 %s", machine->console,
		       machine->words);
	add_joined(ret, console, request->append ? request->append : "");
	ret->words[ret->n] = NULL;
	return text_check(&ret->text) < 0 ? err_say(err, E2BIG, "QEMU's command line is too long")
					  : 0;
}

_Noreturn static void exec_qemu(const struct command *command, int console, int qmp, int errors)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* no machine outlives us */
	(void)setpgid(0, 0);			/* ^C is for the guest */
	(void)signal(SIGPIPE, SIG_DFL);		/* as it was, cannot fail */
	if (null >= 0 && dup2(null, 0) == 0 && dup2(null, 1) == 1 && dup2(errors, 2) == 2 &&
	    dup2(console, CONSOLE_IN_GUEST) >= 0 && dup2(qmp, QMP_IN_GUEST) >= 0)
		(void)execvp(command->words[0], (char *const *)command->words);
	(void)dprintf(2, "%s: %s\n", command->words[0], strerror(errno));
	_exit(127);
}

static int start(struct running *running, const struct command *command, int errors,
		 struct err *err)
{
	FD_CLEANUP int console = -1;
	FD_CLEANUP int qmp = -1;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return err_set(err, errno, "cannot make a socket pair");
	running->console = pair[0];
	console = pair[1];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return err_set(err, errno, "cannot make a socket pair");
	running->qmp = pair[0];
	qmp = pair[1];
	running->child = fork();
	if (running->child < 0)
		return err_set(err, errno, "cannot fork");
	if (running->child == 0) {
		/* above the numbers that the child puts them on */
		int up_console = fcntl(console, F_DUPFD_CLOEXEC, 20);
		int up_qmp = fcntl(qmp, F_DUPFD_CLOEXEC, 20);

		exec_qemu(command, up_console, up_qmp, errors);
	}
	return 0;
}

/* Keeps the last bytes, terminated. */
static void keep(char *tail, size_t *n, const char *bytes, size_t length)
{
	size_t room = TAIL_SIZE - 1;

	if (length >= room) {
		bytes += length - room;
		length = room;
		*n = 0;
	}
	if (*n + length > room) {
		size_t drop = *n + length - room;

		memmove(tail, tail + drop, *n - drop);
		*n -= drop;
	}
	memcpy(tail + *n, bytes, length);
	*n += length;
	tail[*n] = '\0';
}

static bool take_console(struct running *running)
{
	const struct qemu_request *request = running->request;
	char buf[4096];
	ssize_t n = read(running->console, buf, sizeof(buf));

	if (n <= 0)
		return n < 0 && errno == EINTR;
	/* a full disk or a closed terminal must not stop the machine */
	if (request->output >= 0)
		(void)fd_write_all(request->output, buf, (size_t)n);
	if (request->log >= 0)
		(void)fd_write_all(request->log, buf, (size_t)n);
	keep(running->tail, &running->n_tail, buf, (size_t)n);
	if (!running->halted_at && strstr(running->tail, "reboot: System halted"))
		running->halted_at = (int64_t)clock_ms();
	return true;
}

static bool take_events(struct running *running)
{
	char buf[1024];
	ssize_t n = read(running->qmp, buf, sizeof(buf));

	if (n <= 0)
		return n < 0 && errno == EINTR;
	keep(running->events, &running->n_events, buf, (size_t)n);
	if (strstr(running->events, "\"SHUTDOWN\"")) {
		running->shutdown = strstr(running->events, "guest-shutdown") != NULL;
		running->reset = strstr(running->events, "guest-reset") != NULL;
	}
	return true;
}

static bool take_input(struct running *running)
{
	char buf[512];
	ssize_t n = read(running->request->input, buf, sizeof(buf));

	if (n <= 0)
		return n < 0 && errno == EINTR;
	if (memchr(buf, QEMU_ESCAPE, (size_t)n)) {
		running->quit = true;
		return true;
	}
	(void)fd_write_all(running->console, buf,
			   (size_t)n); /* a guest that has gone hears nothing */
	return true;
}

/* How long poll may wait: until the deadline, or until a halted machine has been silent. */
static int wait_ms(const struct running *running, int64_t deadline)
{
	int64_t now = (int64_t)clock_ms(), until = deadline;

	if (running->halted_at && (!until || running->halted_at + HALT_GRACE_MS < until))
		until = running->halted_at + HALT_GRACE_MS;
	if (!until)
		return -1;
	return until > now ? (int)(until - now) : 0;
}

/* Until QEMU closes the console, the user asks for the end, or the time is over (false). */
static bool relay(struct running *running, int64_t deadline)
{
	struct pollfd fds[3] = {
		{ .fd = running->console, .events = POLLIN },
		{ .fd = running->qmp, .events = POLLIN },
		{ .fd = running->request->input, .events = POLLIN },
	};

	while (fds[0].fd >= 0 && !running->quit) {
		int n = poll(fds, 3, wait_ms(running, deadline));

		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			return running->halted_at != 0;
		if (fds[1].revents && !take_events(running))
			fds[1].fd = -1;
		if (fds[0].revents && !take_console(running))
			fds[0].fd = -1;
		if (fds[2].revents && !take_input(running))
			fds[2].fd = -1;
	}
	/* the last event may come after the console's end */
	while (fds[1].fd >= 0 && !running->quit && take_events(running))
		;
	return true;
}

static enum qemu_verdict judge(const struct running *running, bool in_time)
{
	if (running->quit)
		return QEMU_QUIT;
	if (strstr(running->tail, "Kernel panic - not syncing"))
		return QEMU_PANIC;
	if (running->halted_at)
		return QEMU_HALT;
	if (!in_time)
		return QEMU_TIMEOUT;
	return running->reset ? QEMU_REBOOT : QEMU_POWEROFF;
}

/* What QEMU itself had to say, if it ended without the guest having done so. */
static int complain(int errors, const char *program, struct err *err)
{
	char words[512], missing[128];
	ssize_t n =
		lseek(errors, 0, SEEK_SET) == 0 ? fd_read_all(errors, words, sizeof(words) - 1) : 0;

	words[n > 0 ? n : 0] = '\0';
	words[strcspn(words, "\n")] = '\0';
	/* what the child says when there is nothing to execute; QEMU's own words go on after it */
	(void)snprintf(missing, sizeof(missing), "%s: %s", program, strerror(ENOENT));
	if (str_eq(words, missing))
		return err_say(
			err, ENOENT,
			"%s is not installed (Hint: install qemu-system-x86 or qemu-system-arm)",
			program);
	return err_say(err, EIO, "QEMU ended by itself: %s", words[0] ? words : "no reason given");
}

static int run(struct running *running, const struct command *command, int errors,
	       struct qemu_result *ret, struct err *err)
{
	static const char hello[] = "{\"execute\":\"qmp_capabilities\"}\n";
	unsigned timeout = running->request->timeout;
	int64_t started = (int64_t)clock_us();
	bool in_time;
	int status = 0, r = start(running, command, errors, err);

	if (r < 0)
		return r;
	(void)fd_write_all(running->qmp, hello, strlen(hello)); /* its end is seen below */
	in_time = relay(running, timeout ? started / 1000 + timeout * 1000LL : 0);
	(void)kill(running->child, SIGKILL); /* our own child; it has ended, or has to */
	while (waitpid(running->child, &status, 0) < 0 && errno == EINTR)
		;
	ret->verdict = judge(running, in_time);
	ret->wall = clock_us() - (uint64_t)started;
	if (ret->verdict == QEMU_POWEROFF && !running->shutdown)
		return complain(errors, command->words[0], err);
	return 0;
}

int qemu_run(const struct qemu_request *request, struct qemu_result *ret, struct err *err)
{
	ARRAY_FREE struct command *command = malloc(sizeof(*command));
	struct running running = { .request = request, .console = -1, .qmp = -1 };
	FILE *errors = tmpfile();
	int r;

	/* a QEMU that has ended, or a reader of the output, is no reason to die unheard */
	(void)signal(SIGPIPE, SIG_IGN);
	r = errors && command ? build(request, command, err)
			      : err_set(err, errno, "cannot make a file");
	if (r == 0)
		r = run(&running, command, fileno(errors), ret, err);
	fd_close(&running.console);
	fd_close(&running.qmp);
	if (errors)
		(void)fclose(errors); /* a temporary file */
	return r;
}
