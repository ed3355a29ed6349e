/* SPDX-License-Identifier: MIT */
/* Says that PID 1 has crashed, and starts this program anew for the rescue shell. Trusts no state
 * but the policy. */
#include "crash.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <unistd.h>

#include "state.h"

#include "core/ending.h"

static const struct init *crashing;
static char stack[16 * 1024]; /* bytes; the fault may lie in the usual stack */

static void put(const char *words)
{
	size_t n = strlen(words);
	int kmsg = crashing->container ? -1 : open("/dev/kmsg", O_WRONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t ignored = write(STDERR_FILENO, words, n);

	if (kmsg >= 0)
		ignored = write(kmsg, words, n);
	(void)ignored; /* nobody else to tell */
	if (kmsg >= 0)
		(void)close(kmsg);
}

/* Formats a number without vsnprintf(3), which a signal handler must not call. */
static void add_number(char *dst, uintptr_t value, unsigned base)
{
	char digits[32];
	size_t n = 0;

	do {
		digits[n++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	while (n > 0)
		*dst++ = digits[--n];
	*dst = '\0';
}

static void say(int sig, const siginfo_t *info)
{
	char line[128] = "<2>init: PID 1 crashed: signal ";

	add_number(line + strlen(line), (uintptr_t)sig, 10);
	memcpy(line + strlen(line), ", address 0x", sizeof(", address 0x"));
	add_number(line + strlen(line), (uintptr_t)info->si_addr, 16);
	memcpy(line + strlen(line), "\n", 2);
	put(line);
}

/* Root can send these signals, too; only the kernel's own mean a crash, except that busypy.debug
 * allows to try the policy. */
static bool is_crash(const siginfo_t *info)
{
	return info->si_code > 0 || info->si_pid == getpid() || crashing->options.debug;
}

static void on_crash(int sig, siginfo_t *info, void *ctx)
{
	static char name[] = "init", option[] = "--rescue";
	char *argv[] = { name, option, NULL };
	sigset_t none;

	(void)ctx;
	if (!is_crash(info))
		return;
	say(sig, info);
	if (crashing->container)
		_exit(ending_of_signal(sig));
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	/* Reached after a crash in the rescue itself, or if the program can no longer be read. */
	if (crashing->options.fail == CMDLINE_RESCUE && !crashing->rescue)
		(void)execve("/proc/self/exe", argv, environ);
	put("<2>init: rebooting\n");
	if (fork() == 0) {
		(void)reboot(RB_AUTOBOOT);
		_exit(0);
	}
	(void)reboot(RB_AUTOBOOT);
	for (;;)
		(void)pause();
}

void crash_catch(const struct init *init)
{
	static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
	stack_t own = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction action = { .sa_sigaction = on_crash,
				    .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER };

	crashing = init;
	(void)sigaltstack(&own, NULL); /* without it: on the usual stack */
	(void)sigfillset(&action.sa_mask);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		(void)sigaction(signals[i], &action, NULL);
}
