/* SPDX-License-Identifier: MIT */
/* What PID 1 knows, and its states: functions that return the next one. */
#ifndef BUSYPY_DAEMON_INIT_STATE_H
#define BUSYPY_DAEMON_INIT_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/cmdline.h"
#include "core/inittab.h"

struct arch;
struct init;

struct state {
	struct state (*run)(struct init *init);
};

/* What the machine (or the container) is going to. */
enum ending { ENDING_NONE, ENDING_HALT, ENDING_POWEROFF, ENDING_REBOOT, ENDING_RESTART };

/* Written by process.c only. */
struct processes {
	int awaited;	       /* the process that is waited for, 0 when it has ended */
	int status;	       /* of the last one that ended, as waitpid(2) has it */
	unsigned fork_pause;   /* ms: the last pause after a fork that failed, 0: none */
	uint64_t fork_due;     /* no respawn entry is started before */
	void (*work[3])(void); /* of an entry that is no command: by enum process_kind */
};

struct init {
	struct cmdline options;
	const struct arch *arch;
	bool container;	  /* PID 1 of a PID namespace, not of the machine */
	bool single;	  /* started with "single", "-s" or "1" */
	bool rescue;	  /* started by a crash of its own */
	uint64_t started; /* clock_ms() at the start of main */
	enum ending ending;
	int exit_status; /* of a container's PID 1 */
	struct processes processes;
	struct inittab table; /* large; only what is used is ever touched */
};

/* In the order of a boot. */
struct state state_prepare(struct init *init);	/* init.c: mounts, console, options */
struct state state_netroot(struct init *init);	/* netroot.c: in an initramfs: the root over NFS */
struct state state_compose(struct init *init);	/* compose.c: /usr and /lib */
struct state state_choose(struct init *init);	/* choose.c: what runs */
struct state state_run(struct init *init);	/* forward.c: busypy.run= */
struct state state_sysinit(struct init *init);	/* serve.c: sysinit, wait, once entries */
struct state state_serve(struct init *init);	/* serve.c: for the rest of its life */
struct state state_shutdown(struct init *init); /* shutdown.c: orderly, with deadlines */
struct state state_end(struct init *init);	/* shutdown.c: reboot(2), or exec of restart */
struct state state_fail(struct init *init);	/* rescue.c: nothing useful can be started */
struct state state_rescue(struct init *init);	/* rescue.c: a shell that needs no tree */

#endif
