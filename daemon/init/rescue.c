/* SPDX-License-Identifier: MIT */
/* Decides what follows when nothing useful can be started, and becomes the rescue shell. */
#include "rescue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/arch.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "sys/clock.h"
#include "environment.h"
#include "log.h"
#include "process.h"
#include "signals.h"
#include "state.h"
#include "timeouts.h"

static char program[128]; /* set once, by rescue_find */

/* Looks for the shell of one arch: it must be executable. */
static bool find_of(const char *arch, char dir[64])
{
	struct text text;

	text_init(&text, dir, 64);
	text_addf(&text, "/" TREE_RESCUE_OF, arch);
	return text_check(&text) == 0 && path_join(program, sizeof(program), dir, "busybox") == 0 &&
	       access(program, X_OK) == 0;
}

bool rescue_find(const struct init *init)
{
	const char *path = getenv("PATH");
	char dir[64], longer[1024];
	struct text text;

	/* busypy.arch= may name an arch that this tree or this machine does not have */
	if (!find_of(init->arch->name, dir) && !find_of(arch_native()->name, dir))
		return false;
	text_init(&text, longer, sizeof(longer));
	text_addf(&text, "%s:%s", path ? path : "", dir);
	if (text_check(&text) == 0 && !(path && strstr(path, dir)))
		(void)environment_set("PATH", longer); /* without it, full paths work */
	return true;
}

/* In a child: becomes the rescue shell, or says why not. */
static void rescue_exec(void)
{
	static char shell[] = "-sh";
	char *argv[] = { shell, NULL };

	(void)ioctl(STDIN_FILENO, TIOCSCTTY, 0); /* never steals one */
	(void)execve(program, argv, environ);
	log_say("can't run '%s': %m", program);
}

struct state state_fail(struct init *init)
{
	if (init->container) {
		init->exit_status = 127;
		_exit(init->exit_status);
	}
	if (init->options.fail == CMDLINE_REBOOT) {
		log_say("init: nothing can be started, rebooting in %d s", FAIL_PAUSE_MS / 1000);
		(void)process_wait(init, -1, clock_ms() + FAIL_PAUSE_MS);
		init->ending = ENDING_REBOOT;
		return (struct state){ state_shutdown };
	}
	return (struct state){ state_rescue };
}

struct state state_rescue(struct init *init)
{
	inittab_init(&init->table);
	if (rescue_find(init)) {
		log_say("init: starting the rescue shell %s; 'reboot -f' ends it", program);
		(void)process_add_work(init, PROCESS_RESCUE, "rescue", rescue_exec);
	} else if (access("/bin/sh", X_OK) == 0) {
		log_say("init: there is no rescue shell for %s, trying /bin/sh", init->arch->name);
		(void)inittab_add(&init->table, INITTAB_RESPAWN, "", false, "-/bin/sh", NULL);
	} else {
		log_say("init: there is no rescue shell either; only signals are served now");
	}
	return (struct state){ state_serve };
}
