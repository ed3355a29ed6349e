/* SPDX-License-Identifier: MIT */
/* Starts, waits for and reaps the processes of the entries, and everybody's orphans. */
#include "process.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/clock.h"
#include "log.h"
#include "signals.h"
#include "start.h"
#include "state.h"
#include "timeouts.h"

/* fork(2), not vfork: until a vforked child has executed its program, which may take for ever on
 * a server that has gone, its parent stands still. */
static int fork_process(struct init *init)
{
	int pid = fork();

	if (pid >= 0) {
		init->processes.fork_pause = 0;
		return pid;
	}
	pid = -errno;
	if (init->processes.fork_pause == 0)
		log_say("can't fork: %m");
	init->processes.fork_pause =
		init->processes.fork_pause ? init->processes.fork_pause * 2 : FORK_PAUSE_MIN_MS;
	if (init->processes.fork_pause > FORK_PAUSE_MAX_MS)
		init->processes.fork_pause = FORK_PAUSE_MAX_MS;
	init->processes.fork_due = clock_ms() + init->processes.fork_pause;
	return pid;
}

int process_start(struct init *init, const struct start *start)
{
	int pid = fork_process(init);

	if (pid == 0)
		start_child(start);
	return pid;
}

int process_add_work(struct init *init, enum process_kind kind, const char *name,
		     void (*work)(void))
{
	init->processes.work[kind] = work;
	return inittab_add_work(&init->table, kind, name);
}

static int start_entry(struct init *init, const struct inittab_slot *slot, unsigned flags)
{
	const struct start start = { .command = inittab_command(&init->table, slot),
				     .work = init->processes.work[slot->kind],
				     .tty = slot->tty,
				     .flags = flags };

	return process_start(init, &start);
}

/* Lets the entry that the process belonged to be started again, but not at once. */
static void mark_ended(struct init *init, int pid)
{
	for (int i = init->table.first; i >= 0; i = init->table.slots[i].next) {
		struct inittab_slot *slot = &init->table.slots[i];

		if (slot->pid != pid)
			continue;
		slot->pid = 0;
		slot->due = clock_ms() + RESPAWN_PAUSE_MS;
		log_note("process '%s' (pid %d) exited. Scheduling for restart.",
			 inittab_command(&init->table, slot), pid);
		return;
	}
}

/* After ^Z at the terminal of busypy.run's program: nobody else could continue it. */
static void on_stopped(struct init *init, int pid, int sig)
{
	if (pid == init->processes.awaited && sig != SIGSTOP && getpid() == 1)
		(void)kill(-pid, SIGCONT); /* ESRCH: it has ended meanwhile */
}

void process_reap(struct init *init)
{
	int status, pid;

	while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0) {
		if (WIFSTOPPED(status)) {
			on_stopped(init, pid, WSTOPSIG(status));
			continue;
		}
		if (pid == init->processes.awaited) {
			init->processes.awaited = 0;
			init->processes.status = status;
		}
		mark_ended(init, pid);
	}
	/* Waiting for what is not there would never end. */
	if (pid < 0 && errno != EINTR && init->processes.awaited > 0) {
		log_say("init: process %d cannot be waited for, going on: %m",
			init->processes.awaited);
		init->processes.awaited = 0;
		init->processes.status = 0;
	}
}

void process_stand_still(struct init *init)
{
	log_note("init: stopped by SIGTSTP");
	do {
		process_reap(init);
	} while (signals_wait(SIGNALS_STOPPED, SIGNALS_NEVER) != SIGCONT);
	log_note("init: continued by SIGCONT");
}

void process_await(struct init *init, int pid)
{
	init->processes.awaited = pid;
	process_reap(init);
}

void process_forget_pauses(struct init *init)
{
	init->processes.fork_pause = 0;
}

bool process_wait(struct init *init, int pid, uint64_t deadline)
{
	enum signals_which which = init->ending == ENDING_NONE ? SIGNALS_WAITING : SIGNALS_CHILD;

	process_await(init, pid);
	while (init->processes.awaited) {
		int sig = signals_wait(which, deadline);

		if (sig == SIGTSTP)
			process_stand_still(init);
		process_reap(init);
		if (sig == 0 && init->processes.awaited) {
			init->processes.awaited = 0;
			return false;
		}
	}
	return true;
}

bool process_wait_all(struct init *init, uint64_t deadline)
{
	int sig;

	do {
		process_reap(init);
		/* Every process of the machine is our child, or a descendant that becomes one. */
		if (waitpid(-1, NULL, WNOHANG) < 0)
			return true;
		sig = signals_wait(SIGNALS_CHILD, deadline);
	} while (sig != 0);
	return false;
}

/* Tries several times, since an entry that is waited for has no later chance. Once that has not
 * helped, the entries after it get one try each. */
static int start_patiently(struct init *init, const struct inittab_slot *slot, uint64_t deadline)
{
	int tries = init->processes.fork_pause ? 1 : FORK_TRIES, pid = -EAGAIN;

	while (pid < 0 && tries-- > 0) {
		pid = start_entry(init, slot, 0);
		if (pid < 0 && tries > 0) /* reaps meanwhile */
			(void)process_wait(init, -1,
					   deadline < init->processes.fork_due
						   ? deadline
						   : init->processes.fork_due);
	}
	if (pid < 0)
		log_say("can't fork: '%s' was not run", inittab_command(&init->table, slot));
	return pid;
}

static bool is_waited_for(unsigned action)
{
	return action & (INITTAB_SYSINIT | INITTAB_WAIT | INITTAB_CTRLALTDEL | INITTAB_SHUTDOWN);
}

bool process_run(struct init *init, unsigned actions, uint64_t deadline)
{
	const struct inittab *table = &init->table;
	bool all = true;
	int i;

	for (i = inittab_find(table, table->first, actions); i >= 0;
	     i = inittab_find(table, table->slots[i].next, actions)) {
		const struct inittab_slot *slot = &table->slots[i];
		int pid;

		if (deadline != SIGNALS_NEVER && clock_ms() >= deadline) {
			log_say("init: no time is left for '%s'", inittab_command(table, slot));
			all = false;
			continue;
		}
		pid = start_patiently(init, slot, deadline);
		all &= pid > 0;
		if (pid <= 0 || !is_waited_for(slot->action))
			continue;
		if (!process_wait(init, pid, deadline)) {
			log_say("init: '%s' is still running, going on",
				inittab_command(table, slot));
			all = false;
		} else if (WIFEXITED(init->processes.status)) {
			all &= WEXITSTATUS(init->processes.status) != START_FAILED;
		}
	}
	return all;
}

/* busypy.respawn=COUNT/SECONDS: true if the entry has been started too often. */
static bool respawns_too_fast(const struct init *init, struct inittab_slot *slot, uint64_t now)
{
	uint64_t window = (uint64_t)init->options.respawn_s * 1000;

	if (init->options.respawn_count == 0)
		return false;
	if (slot->starts == 0 || now - slot->window >= window) {
		slot->window = now;
		slot->starts = 0;
	}
	if (slot->starts < init->options.respawn_count) {
		slot->starts++;
		return false;
	}
	slot->starts = 0;
	slot->due = now + window;
	log_say("init: '%s' was started %u times in %u s, waiting as long",
		inittab_command(&init->table, slot), init->options.respawn_count,
		init->options.respawn_s);
	return true;
}

uint64_t process_respawn(struct init *init)
{
	const unsigned actions = INITTAB_RESPAWN | INITTAB_ASKFIRST;
	struct inittab *table = &init->table;
	uint64_t now = clock_ms(), next = SIGNALS_NEVER;
	int i;

	for (i = inittab_find(table, table->first, actions); i >= 0;
	     i = inittab_find(table, table->slots[i].next, actions)) {
		struct inittab_slot *slot = &table->slots[i];
		unsigned flags = slot->action == INITTAB_ASKFIRST ? PROCESS_ASKFIRST : 0;
		uint64_t due;

		if (slot->pid)
			continue;
		if (init->processes.fork_pause && slot->due < init->processes.fork_due)
			slot->due = init->processes.fork_due;
		if (slot->due <= now && !respawns_too_fast(init, slot, now)) {
			int pid = start_entry(init, slot, flags);

			slot->pid = pid > 0 ? pid : 0;
			slot->due = pid > 0 ? 0 : init->processes.fork_due;
		}
		due = slot->pid ? SIGNALS_NEVER : slot->due;
		next = due < next ? due : next;
	}
	return next;
}

int process_work(struct init *init, void (*work)(void *ctx), void *ctx)
{
	int pid = fork_process(init);

	if (pid == 0) {
		signals_reset();
		work(ctx);
		_exit(0);
	}
	return pid;
}

bool process_apart(struct init *init, uint64_t deadline, void (*work)(void *ctx), void *ctx)
{
	int pid = process_work(init, work, ctx);

	return pid > 0 && process_wait(init, pid, deadline);
}
