/* SPDX-License-Identifier: MIT */
/* Turns a forked child into a command: what BusyBox does in run() and init_exec(). */
#include "start.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "core/command.h"
#include "core/err.h"
#include "core/path_size.h"
#include "sys/chain.h"
#include "console.h"
#include "log.h"
#include "process.h"
#include "prove.h"
#include "signals.h"

/* Runs a script without a shebang by the shell, as execvp(3) of the GNU C library and hence BusyBox
 * does; but not a program for another machine. */
static void exec_as_script(const char *path, struct command *command)
{
	static char shell[] = "/bin/sh";
	struct err err = { 0 };
	char resolved[PATH_SIZE];

	if (prove_resolve(path, resolved, sizeof(resolved)) < 0 || chain_prove(resolved, &err) == 0)
		return;
	if (!prove_is_text(resolved))
		return;
	/* Room for one more word: a command has at most half as many words as bytes. */
	for (size_t i = 0; i + 2 < COMMAND_WORDS_MAX && command->argv[i]; i++) {
		if (!command->argv[i + 1]) {
			memmove(command->argv + 1, command->argv,
				(i + 2) * sizeof(command->argv[0]));
			break;
		}
	}
	command->argv[0] = shell;
	command->argv[1] = resolved;
	(void)execve(shell, command->argv, environ);
}

static void explain(const char *path, int code)
{
	struct statfs root;
	struct err err = { 0 };
	char resolved[PATH_SIZE];

	log_say("can't run '%s': %s", path, strerror(code));
	/* The root directory itself is gone, so that no name can be found below it. */
	if (code == ESTALE || (statfs("/", &root) < 0 && errno == ESTALE))
		log_say("init: the version of the tree that this machine runs has been removed "
			"from the server: reboot (Ctrl-Alt-Del)");
	/* If the file itself is missing, all has been said. */
	if (prove_resolve(path, resolved, sizeof(resolved)) < 0)
		return;
	if (code == ENOENT || code == ENOEXEC || code == EACCES) {
		if (chain_prove(resolved, &err) == 0)
			(void)chain_explain(resolved, code, &err);
		log_err(NULL, &err);
	}
}

void start_exec(const char *text)
{
	static struct command command;
	int code;

	if (command_parse(text, &command) < 0) {
		log_say("can't run '%.64s...': %s", text, strerror(E2BIG));
		return;
	}
	if (command.login)
		(void)ioctl(STDIN_FILENO, TIOCSCTTY, 0); /* never steals one; may well fail */
	(void)execvp(command.path, command.argv);
	code = errno;
	if (code == ENOEXEC)
		exec_as_script(command.path, &command);
	explain(command.path, code);
}

static void ask_first(void)
{
	static const char prompt[] = "\nPlease press Enter to activate this console. ";
	ssize_t n = write(STDOUT_FILENO, prompt, sizeof(prompt) - 1);
	char c = 0;

	(void)n; /* if it cannot be seen, Enter works all the same */
	do {
		n = read(STDIN_FILENO, &c, 1);
	} while ((n < 0 && errno == EINTR) || (n == 1 && c != '\n'));
}

void start_foreground(void)
{
	sigset_t tty_output;

	(void)setpgid(0, 0); /* cannot fail: just forked, no session leader */
	if (tcgetpgrp(STDIN_FILENO) != getpgid(getppid()))
		return;
	(void)sigemptyset(&tty_output);
	(void)sigaddset(&tty_output, SIGTTOU);
	(void)sigprocmask(SIG_BLOCK, &tty_output, NULL); /* or tcsetpgrp would stop us */
	(void)tcsetpgrp(STDIN_FILENO, getpgrp());
}

void start_child(const struct start *start)
{
	signals_reset();
	if (start->flags & PROCESS_FOREGROUND)
		start_foreground();
	else
		(void)setsid(); /* cannot fail: a forked child leads no group */
	if (console_take(start->tty) < 0)
		_exit(1);
	if (start->flags & PROCESS_ASKFIRST)
		ask_first();
	if (access("/.init_enable_core", F_OK) == 0) {
		struct rlimit core = { RLIM_INFINITY, RLIM_INFINITY };

		(void)setrlimit(RLIMIT_CORE, &core); /* without privilege: no core, no harm */
	}
	log_note("starting pid %d, tty '%s': '%s'", (int)getpid(), start->tty, start->command);
	if (start->work)
		start->work();
	else
		start_exec(start->command);
	_exit(START_FAILED);
}
