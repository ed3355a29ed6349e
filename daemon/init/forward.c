/* SPDX-License-Identifier: MIT */
/* Runs one program in the place of an inittab (busypy.run=, --subreaper, --adopt) and passes
 * signals on to it. */
#include "forward.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/ending.h"
#include "core/err.h"
#include "core/path_size.h"
#include "sys/chain.h"
#include "sys/clock.h"
#include "heartbeat.h"
#include "log.h"
#include "process.h"
#include "prove.h"
#include "signals.h"
#include "start.h"
#include "state.h"

/* On the machine halt, poweroff and reboot end the program first, then do what they ask for. */
static int translate(struct init *init, int sig)
{
	enum ending ending = init->container ? ENDING_NONE : signals_ending(sig);

	if (ending == ENDING_NONE)
		return sig;
	init->ending = ending;
	return SIGTERM;
}

/* Passes signals on until pid has ended; false if it goes on in spite of being asked to end. */
static bool forward_until_end(struct init *init, int pid)
{
	uint64_t deadline = SIGNALS_NEVER;

	process_await(init, pid);
	while (init->processes.awaited) {
		int sig = signals_wait(SIGNALS_ALL, deadline);

		process_reap(init);
		if (sig == 0 && init->processes.awaited)
			return false;
		if (sig == 0 || sig == SIGCHLD || !init->processes.awaited)
			continue;
		sig = translate(init, sig);
		/* Just forked, it may not lead a group yet; that it has ended is seen above. */
		if (kill(-pid, sig) < 0)
			(void)kill(pid, sig);
		if (init->ending != ENDING_NONE && deadline == SIGNALS_NEVER)
			deadline = clock_ms() + (uint64_t)init->options.shutdown_s * 1000;
	}
	return true;
}

/* The rest of a container ends with its program. */
static _Noreturn void end_container(struct init *init)
{
	(void)kill(-1, SIGTERM); /* ESRCH: nobody is left */
	(void)kill(-1, SIGCONT);
	(void)process_wait_all(init, clock_ms() + (uint64_t)init->options.grace_s * 1000);
	_exit(init->exit_status); /* the kernel kills the rest */
}

struct state state_run(struct init *init)
{
	const struct start heartbeat = { .command = "heartbeat", .work = heartbeat_run, .tty = "" };
	const char *program = init->options.program;
	const struct start start = { .command = program, .tty = "", .flags = PROCESS_FOREGROUND };
	struct err err = { 0 };
	int r = prove_command(program, &err), pid;

	if (r < 0) {
		log_err("busypy.run", &err);
		if (init->container)
			_exit(r == -ENOENT ? 127 : 126);
		return (struct state){ state_fail };
	}
	inittab_init(&init->table);
	/* The terminal's session is ours: at the end of a session's leader the kernel throws away
	 * what the terminal has not sent yet (drivers/tty/tty_io.c, __tty_hangup()). */
	(void)ioctl(STDIN_FILENO, TIOCSCTTY, 0); /* never steals one */
	if (heartbeat_wanted(init))
		(void)process_start(init, &heartbeat); /* without: no lease */
	pid = process_start(init, &start);
	if (pid < 0)
		return (struct state){ state_fail };
	if (forward_until_end(init, pid)) {
		init->exit_status = ending_status(init->processes.status);
		log_note("init: %s ended with status %d", program, init->exit_status);
	} else {
		log_say("init: %s is still running, going on", program);
	}
	if (init->container)
		end_container(init);
	if (init->ending == ENDING_NONE)
		init->ending = ENDING_POWEROFF;
	return (struct state){ state_shutdown };
}

/* The shell's exit status for a program that cannot be executed. */
static int explain(const char *name, int code)
{
	struct err err = { 0 };
	char resolved[PATH_SIZE];

	if (prove_resolve(name, resolved, sizeof(resolved)) < 0) {
		log_say("init: cannot run %s: %s", name, strerror(code));
		return code == ENOENT ? 127 : 126;
	}
	(void)chain_explain(resolved, code, &err);
	log_say("init: cannot run %s: %s", name, err.text);
	return err.code == ENOENT ? 127 : 126;
}

int forward_adopted(struct init *init, int pid)
{
	init->container = true; /* signals are the program's */
	log_set(LOG_PLAIN);
	/* the child may not reach our memory, also where fs.suid_dumpable gives it to the owner */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* cannot fail */
	(void)prctl(PR_SET_NAME, "init");	  /* it may have been executed by descriptor */
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); /* PID 1 is one anyway */
	inittab_init(&init->table);
	(void)forward_until_end(init, pid);
	return ending_status(init->processes.status);
}

int forward_program(struct init *init, char **argv)
{
	int pid;

	init->container = true; /* signals are the program's */
	log_set(LOG_PLAIN);
	(void)prctl(PR_SET_NAME, "init"); /* it may have been executed by descriptor */
	inittab_init(&init->table);
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0) {
		log_say("init: cannot become a subreaper: %m");
		return 125;
	}
	pid = fork();
	if (pid < 0) {
		log_say("init: cannot fork: %m");
		return 125;
	}
	if (pid == 0) {
		start_foreground();
		signals_reset();
		(void)execvp(argv[0], argv);
		_exit(explain(argv[0], errno));
	}
	(void)setpgid(pid, pid); /* whoever is first; EACCES: it has executed already */
	(void)forward_until_end(init, pid);
	return ending_status(init->processes.status);
}
