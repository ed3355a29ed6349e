/* SPDX-License-Identifier: MIT */
/* Ends the machine in BusyBox's order and with its words, but with deadlines. */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/reboot.h>
#include <unistd.h>

#include "sys/clock.h"
#include "console.h"
#include "environment.h"
#include "log.h"
#include "process.h"
#include "signals.h"
#include "start.h"
#include "state.h"
#include "timeouts.h"
#include "unmount.h"

static const char *ending_name(enum ending ending)
{
	switch (ending) {
	case ENDING_POWEROFF:
		return "poweroff";
	case ENDING_REBOOT:
		return "reboot";
	case ENDING_RESTART:
		return "restart";
	case ENDING_NONE:
	case ENDING_HALT:
		break;
	}
	return "halt";
}

static uint64_t after(uint64_t ms)
{
	return clock_ms() + ms;
}

static void sync_work(void *ctx)
{
	(void)ctx;
	sync();
}

/* A container's files are the host's business. */
static void sync_apart(struct init *init)
{
	if (!init->container && !process_apart(init, after(SYNC_MS), sync_work, NULL))
		log_say("init: not everything could be written back, going on");
}

static void kill_everybody(struct init *init)
{
	(void)kill(-1, SIGTERM); /* ESRCH: nobody is there */
	(void)kill(-1, SIGCONT); /* those who are stopped can see it only now */
	log_say("Sent SIG%s to all processes", "TERM");
	sync_apart(init);
	(void)process_wait_all(init, after((uint64_t)init->options.grace_s * 1000));
	(void)kill(-1, SIGKILL);
	log_say("Sent SIG%s to all processes", "KILL");
	if (!process_wait_all(init, after(KILLED_MS)))
		log_note("init: some processes cannot be killed, going on");
}

struct state state_shutdown(struct init *init)
{
	if (environment_set("BUSYPY_SHUTDOWN", ending_name(init->ending)) < 0)
		log_note("init: no room for BUSYPY_SHUTDOWN in the environment, ignoring");
	process_forget_pauses(init); /* there is no time left for long pauses */
	process_run(init, INITTAB_SHUTDOWN, after((uint64_t)init->options.shutdown_s * 1000));
	log_say("The system is going down NOW!");
	kill_everybody(init);
	sync_apart(init);
	/* A restarted init finds its mounts again. */
	if (!init->container && init->ending != ENDING_RESTART &&
	    !process_apart(init, after(UNMOUNT_MS), unmount_all, NULL))
		log_say("init: not everything could be unmounted, going on");
	return (struct state){ state_end };
}

/* Returns only if the restart entry cannot be executed. */
static void restart(struct init *init)
{
	const struct inittab *table = &init->table;
	int i = inittab_find(table, table->first, INITTAB_RESTART);

	environment_unset("BUSYPY_SHUTDOWN");
	(void)reboot(RB_ENABLE_CAD); /* as the kernel hands it to an init */
	if (i < 0 || console_take(table->slots[i].tty) < 0)
		return;
	signals_reset();
	start_exec(inittab_command(table, &table->slots[i]));
	signals_block();
}

static void reboot_work(void *ctx)
{
	const int *command = ctx;

	(void)reboot(*command); /* refused: the parent is still there to see it */
}

struct state state_end(struct init *init)
{
	bool restarting = init->ending == ENDING_RESTART;
	int command = RB_HALT_SYSTEM;

	if (restarting) {
		restart(init);
		init->ending = ENDING_HALT;
	}
	if (init->ending == ENDING_REBOOT)
		command = RB_AUTOBOOT;
	else if (init->ending == ENDING_POWEROFF)
		command = RB_POWER_OFF;
	if (!restarting)
		log_say("Requesting system %s", ending_name(init->ending));
	log_drain();
	/* In a child: the kernel ends the process that calls it, and PID 1 must not end. */
	(void)process_apart(init, after(REBOOT_MS), reboot_work, &command);
	if (init->container)
		_exit(init->exit_status);
	(void)reboot(command); /* no child was to be had */
	log_say("init: the kernel refuses to %s: %m", ending_name(init->ending));
	for (;;) {
		process_reap(init);
		(void)signals_wait(SIGNALS_CHILD, SIGNALS_NEVER);
	}
}
