/* SPDX-License-Identifier: MIT */
/* Runs the entries, starts again what ends, and serves signals until shutdown. */
#include <signal.h>
#include <stdbool.h>

#include "sys/clock.h"
#include "heartbeat.h"
#include "load.h"
#include "log.h"
#include "process.h"
#include "signals.h"
#include "state.h"

static void reload(struct init *init)
{
	log_note("reloading /etc/inittab");
	inittab_reload_begin(&init->table);
	load_inittab(init);
	heartbeat_add(init);
	inittab_reload_end(&init->table);
}

/* True if the entries did it. Otherwise this reboots: where the programs' server is gone, or their
 * version removed, only the power switch could do so. */
static bool press_ctrl_alt_del(struct init *init)
{
	uint64_t deadline = clock_ms() + (uint64_t)init->options.shutdown_s * 1000;

	if (process_run(init, INITTAB_CTRLALTDEL, init->container ? SIGNALS_NEVER : deadline) ||
	    init->container)
		return true;
	log_say("init: the ctrlaltdel entries have not worked: rebooting");
	init->ending = ENDING_REBOOT;
	return false;
}

/* What a signal asks for; true if that is the end. */
static bool serve_signal(struct init *init, int sig)
{
	switch (sig) {
	case SIGHUP:
		reload(init);
		return false;
	case SIGINT:
		return !press_ctrl_alt_del(init);
	case SIGQUIT:
		if (inittab_find(&init->table, init->table.first, INITTAB_RESTART) < 0)
			return false;
		init->ending = ENDING_RESTART;
		return true;
	case SIGTSTP:
		process_stand_still(init);
		return false;
	}
	/* CHLD: reaped already; CONT: not stopped */
	init->ending = signals_ending(sig);
	return init->ending != ENDING_NONE;
}

/* Serves one signal between two groups of entries, as BusyBox does. */
static bool look_once(struct init *init)
{
	int sig = signals_wait(SIGNALS_COMMAND, 0);

	return sig > 0 && serve_signal(init, sig);
}

struct state state_sysinit(struct init *init)
{
	log_note("init: ready after %u ms", (unsigned)(clock_ms() - init->started));
	process_run(init, INITTAB_SYSINIT, SIGNALS_NEVER);
	if (look_once(init))
		return (struct state){ state_shutdown };
	process_run(init, INITTAB_WAIT, SIGNALS_NEVER);
	if (look_once(init))
		return (struct state){ state_shutdown };
	process_run(init, INITTAB_ONCE, SIGNALS_NEVER);
	return (struct state){ state_serve };
}

struct state state_serve(struct init *init)
{
	for (;;) {
		uint64_t next = process_respawn(init);
		int sig = signals_wait(SIGNALS_ALL, next); /* where PID 1 spends its life */

		process_reap(init);
		if (serve_signal(init, sig))
			return (struct state){ state_shutdown };
	}
}
