/* SPDX-License-Identifier: MIT */
/* Starting, waiting for and reaping processes. */
#ifndef BUSYPY_DAEMON_INIT_PROCESS_H
#define BUSYPY_DAEMON_INIT_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

struct init;
struct start;

enum process_flags {
	PROCESS_ASKFIRST = 1 << 0,  /* prompt, and wait for Enter */
	PROCESS_FOREGROUND = 1 << 1 /* in our session, as the terminal's foreground group */
};

/* Entries that run a function of this program instead of a command. */
enum process_kind { PROCESS_COMMAND, PROCESS_HEARTBEAT, PROCESS_RESCUE, PROCESS_KINDS };

/* Adds such an entry, which is respawned: a child calls work instead of executing a command. */
int process_add_work(struct init *init, enum process_kind kind, const char *name,
		     void (*work)(void));

/* Forks; the child executes the command or does the work, in a session of its own unless a flag
 * says otherwise. The pid, or -errno if there is none. */
int process_start(struct init *init, const struct start *start);

/* Reaps whatever has ended, without waiting. */
void process_reap(struct init *init);

/* TSTP: reaps, but starts nothing and serves no other signal until CONT. */
void process_stand_still(struct init *init);

/* Waits until pid has been reaped. False at the deadline. */
bool process_wait(struct init *init, int pid, uint64_t deadline);

/* The same for callers with a loop of their own, which ends when processes.awaited is 0. */
void process_await(struct init *init, int pid);

/* Forgets that forks have failed: the next start is patient again. */
void process_forget_pauses(struct init *init);

/* Waits until no process is left. False at the deadline. */
bool process_wait_all(struct init *init, uint64_t deadline);

/* Runs all entries with one of these actions, in order, each waited for until the deadline (but not
 * once entries). False if one could not be started, or has not ended. */
bool process_run(struct init *init, unsigned actions, uint64_t deadline);

/* Starts the respawn and askfirst entries that do not run and are due; when the next one is. */
uint64_t process_respawn(struct init *init);

/* Runs work in a child, which then ends with status 0. The pid, or -errno. */
int process_work(struct init *init, void (*work)(void *ctx), void *ctx);

/* Runs work in a child, since it may block for ever in the kernel; false if it has not ended at
 * the deadline. Without a child (fork fails) it is not done at all. */
bool process_apart(struct init *init, uint64_t deadline, void (*work)(void *ctx), void *ctx);

#endif
