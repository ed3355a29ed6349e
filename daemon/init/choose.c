/* SPDX-License-Identifier: MIT */
/* What this machine runs: one program in our place, one beside us, or an inittab's entries. */
#include "core/err.h"
#include "heartbeat.h"
#include "load.h"
#include "log.h"
#include "prove.h"
#include "rescue.h"
#include "signals.h"
#include "start.h"
#include "state.h"

/* busypy.init= */
static struct state become(struct init *init)
{
	struct err err = { 0 };

	if (prove_command(init->options.program, &err) < 0)
		log_err("busypy.init", &err);
	log_note("init: handing over to %s", init->options.program);
	signals_reset();
	start_exec(init->options.program);
	signals_block();
	return (struct state){ state_fail };
}

struct state state_choose(struct init *init)
{
	switch (init->options.start) {
	case CMDLINE_INIT:
		return (struct state){ become };
	case CMDLINE_RUN:
		return (struct state){ state_run };
	case CMDLINE_INITTAB:
	case CMDLINE_SHELL:
		break;
	}
	load_inittab(init);
	/* Where nothing can be started, BusyBox would try for ever. */
	if (!prove_table(init) && !init->container &&
	    (init->options.fail == CMDLINE_REBOOT || rescue_find(init)))
		return (struct state){ state_fail };
	heartbeat_add(init);
	return (struct state){ state_sysinit };
}
