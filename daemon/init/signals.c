/* SPDX-License-Identifier: MIT */
/* Waits for signals, all of which are blocked: no handler, no race, nothing to interrupt. */
#include "signals.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "sys/clock.h"
#include "log.h"
#include "state.h"
#include "timeouts.h"

static void fill(sigset_t *set, enum signals_which which)
{
	(void)sigemptyset(set); /* this and sigaddset cannot fail for known signals */
	if (which == SIGNALS_ALL || which == SIGNALS_COMMAND) {
		static const int command[] = { SIGHUP,	SIGINT,	 SIGQUIT, SIGUSR1,
					       SIGUSR2, SIGTERM, SIGPWR };

		for (size_t i = 0; i < sizeof(command) / sizeof(command[0]); i++)
			(void)sigaddset(set, command[i]);
	}
	if (which == SIGNALS_COMMAND)
		return;
	(void)sigaddset(set, SIGCHLD);
	if (which == SIGNALS_CHILD)
		return;
	(void)sigaddset(set, SIGCONT);
	if (which != SIGNALS_STOPPED)
		(void)sigaddset(set, SIGTSTP);
}

void signals_block(void)
{
	sigset_t set;

	fill(&set, SIGNALS_ALL);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0) /* then one that comes early may be lost */
		log_say("init: cannot block signals: %m");
	/* If whoever started us ignores it, no child's end is ever reported: wait(2), NOTES. */
	(void)signal(SIGCHLD, SIG_DFL);
}

void signals_reset(void)
{
	sigset_t none;

	(void)signal(SIGSEGV, SIG_DFL);
	(void)signal(SIGBUS, SIG_DFL);
	(void)signal(SIGFPE, SIG_DFL);
	(void)signal(SIGILL, SIG_DFL);
	(void)signal(SIGABRT, SIG_DFL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* No kernel does that; but whatever happens, PID 1 must neither spin nor stand still, so it looks
 * after its children now and then. */
static int wait_is_broken(void)
{
	static bool said;

	if (!said)
		log_say("init: cannot wait for signals: %m");
	said = true;
	(void)poll(NULL, 0, BROKEN_PAUSE_MS); /* a pause */
	return SIGCHLD;
}

int signals_wait(enum signals_which which, uint64_t deadline)
{
	sigset_t set;

	fill(&set, which);
	for (;;) {
		uint64_t now = deadline == SIGNALS_NEVER ? 0 : clock_ms();
		uint64_t left = deadline > now ? deadline - now : 0;
		struct timespec pause = { .tv_sec = (time_t)(left / 1000),
					  .tv_nsec = (long)(left % 1000) * 1000000 };
		int sig = sigtimedwait(&set, NULL, deadline == SIGNALS_NEVER ? NULL : &pause);

		if (sig > 0)
			return sig;
		if (errno == EAGAIN || (errno != EINTR && left == 0))
			return 0;
		if (errno != EINTR)
			return wait_is_broken();
	}
}

enum ending signals_ending(int sig)
{
	switch (sig) {
	case SIGUSR1:
	case SIGPWR:
		return ENDING_HALT;
	case SIGUSR2:
		return ENDING_POWEROFF;
	case SIGTERM:
		return ENDING_REBOOT;
	}
	return ENDING_NONE;
}
