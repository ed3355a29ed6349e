/* SPDX-License-Identifier: MIT */
/* faults ERRNO[,ERRNO...] COMMAND [ARG...]: makes each system call of loader and enter fail in
 * turn. COMMAND ends in executing a script. From the moment that a program named "loader" runs
 * until another than loader and enter does, every system call is counted; the command is run once
 * untouched, then once for every call and errno with that call failing instead of being made.
 * Prints one line per run: which call (0: none), its number, the errno, "hit" or "missed", the wait
 * status, and what was written to stdout and stderr, each with newlines as "\n", between tabs. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/path_size.h"

#ifndef PTRACE_O_EXITKILL
#define PTRACE_O_EXITKILL (1 << 20)
#endif
enum { OUTPUT_MAX = 8192, CALLS_MAX = 4096, SYSCALL_STOP = SIGTRAP | 0x80 };

struct run {
	unsigned wanted; /* which call is to fail; 0 is none */
	int code;	 /* errno */
	unsigned calls;	 /* counted */
	long number;	 /* of the call that failed */
	int status;	 /* waitpid(2) */
	char out[OUTPUT_MAX], err[OUTPUT_MAX];
};

static long numbers[CALLS_MAX]; /* of the untouched run */

static void die(const char *what)
{
	(void)fprintf(stderr, "faults: %s: %s\n", what, strerror(errno));
	exit(125);
}

#if defined(__x86_64__)
static long call_number(pid_t pid)
{
	return ptrace(PTRACE_PEEKUSER, pid, offsetof(struct user, regs.orig_rax), 0);
}

/* Instead of the call none is made: the kernel answers ENOSYS, which is replaced later. */
static void call_skip(pid_t pid)
{
	if (ptrace(PTRACE_POKEUSER, pid, offsetof(struct user, regs.orig_rax), -1L) < 0)
		die("skip");
}

static void call_result(pid_t pid, long result)
{
	if (ptrace(PTRACE_POKEUSER, pid, offsetof(struct user, regs.rax), result) < 0)
		die("result");
}
#elif defined(__aarch64__)
static void registers(pid_t pid, int request, long type, void *data, size_t size)
{
	struct iovec vector = { data, size };

	if (ptrace(request, pid, type, &vector) < 0)
		die("registers");
}

static long call_number(pid_t pid)
{
	int number;

	registers(pid, PTRACE_GETREGSET, 0x404, &number, sizeof(number)); /* NT_ARM_SYSTEM_CALL */
	return number;
}

static void call_skip(pid_t pid)
{
	int number = -1;

	registers(pid, PTRACE_SETREGSET, 0x404, &number, sizeof(number));
}

static void call_result(pid_t pid, long result)
{
	struct user_regs_struct all;

	registers(pid, PTRACE_GETREGSET, NT_PRSTATUS, &all, sizeof(all));
	all.regs[0] = (unsigned long long)result;
	registers(pid, PTRACE_SETREGSET, NT_PRSTATUS, &all, sizeof(all));
}
#else
#error "no register access for this architecture"
#endif

/* True while the process runs loader or enter. */
static bool is_small(pid_t pid)
{
	char link[64], exe[PATH_SIZE];
	const char *name;
	ssize_t n;

	(void)snprintf(link, sizeof(link), "/proc/%d/exe", (int)pid);
	n = readlink(link, exe, sizeof(exe) - 1);
	if (n < 0)
		return false;
	exe[n] = '\0';
	name = strrchr(exe, '/');
	return name && (strcmp(name, "/loader") == 0 || strcmp(name, "/enter") == 0);
}

static void start(char **argv, const int out[2], const int err[2])
{
	int null = open("/dev/null", O_RDONLY);

	if (raise(SIGSTOP) != 0 || dup2(null, 0) < 0 || dup2(out[1], 1) < 0 || dup2(err[1], 2) < 0)
		_exit(125);
	for (int fd = 3; fd < 64; fd++)
		(void)close(fd);
	(void)execvp(argv[0], argv);
	_exit(125);
}

/* Where a traced process stands. */
struct state {
	bool small;   /* it runs loader or enter */
	bool inside;  /* between entry and exit of a call */
	bool failing; /* in the call that is to fail */
};

/* Entry to or exit from a system call of loader or enter. */
static void at_call(pid_t pid, struct run *run, struct state *state)
{
	state->inside = !state->inside;
	if (state->inside && ++run->calls == run->wanted) {
		run->number = call_number(pid);
		call_skip(pid);
		state->failing = true;
	} else if (state->inside && !run->wanted && run->calls < CALLS_MAX) {
		numbers[run->calls] = call_number(pid);
	} else if (state->failing) {
		call_result(pid, -run->code);
		state->failing = false;
	}
}

/* One stop of the process; false once it has ended. */
static bool step(pid_t pid, struct run *run, struct state *state)
{
	int signal = 0;

	if (waitpid(pid, &run->status, 0) < 0)
		die("waitpid");
	if (!WIFSTOPPED(run->status))
		return false;
	if (run->status >> 16 == PTRACE_EVENT_EXEC) {
		state->small = is_small(pid);
		state->inside = true; /* execve(2) is still to return */
	} else if (WSTOPSIG(run->status) == SYSCALL_STOP) {
		at_call(pid, run, state);
	} else if (WSTOPSIG(run->status) != SIGTRAP && WSTOPSIG(run->status) != SIGSTOP) {
		signal = WSTOPSIG(run->status);
	}
	if (ptrace(state->small ? PTRACE_SYSCALL : PTRACE_CONT, pid, 0, signal) < 0 &&
	    errno != ESRCH)
		die("continue");
	return true;
}

static void read_all(int fd, char *dst)
{
	size_t used = 0;
	ssize_t n;

	while (used < OUTPUT_MAX - 1 && (n = read(fd, dst + used, OUTPUT_MAX - 1 - used)) > 0)
		used += (size_t)n;
	dst[used] = '\0';
	(void)close(fd);
}

static void perform(char **argv, struct run *run)
{
	long options = PTRACE_O_TRACEEXEC | PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL;
	struct state state = { 0 };
	int out[2], err[2];
	pid_t pid;

	if (pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0)
		die("pipe");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0)
		start(argv, out, err);
	(void)close(out[1]);
	(void)close(err[1]);
	if (waitpid(pid, &run->status, WUNTRACED) < 0 || !WIFSTOPPED(run->status))
		die("start");
	if (ptrace(PTRACE_SEIZE, pid, 0, options) < 0 || kill(pid, SIGCONT) < 0)
		die("seize");
	while (step(pid, run, &state))
		;
	read_all(out[0], run->out);
	read_all(err[0], run->err);
}

static void put_text(const char *text)
{
	(void)putchar('\t');
	for (; *text; text++) {
		if (*text == '\n')
			(void)fputs("\\n", stdout);
		else
			(void)putchar(*text == '\t' ? ' ' : *text);
	}
}

static void put(const struct run *run)
{
	bool hit = !run->wanted || run->calls >= run->wanted;

	(void)printf("%u\t%ld\t%d\t%s\t%d", run->wanted, run->number, run->code,
		     hit ? "hit" : "missed", run->status);
	put_text(run->out);
	put_text(run->err);
	(void)putchar('\n');
}

int main(int argc, char **argv)
{
	static struct run run;
	unsigned calls;

	if (argc < 3) {
		(void)fputs("Usage: faults ERRNO[,ERRNO...] COMMAND [ARG...]\n", stderr);
		return 125;
	}
	perform(argv + 2, &run);
	calls = run.calls;
	put(&run);
	for (unsigned call = 1; call <= calls; call++) {
		for (char *at = argv[1]; *at; at += strspn(at, ",")) {
			run = (struct run){ .wanted = call, .code = (int)strtol(at, &at, 10) };
			run.number = numbers[call];
			perform(argv + 2, &run);
			put(&run);
		}
	}
	return 0;
}
