/* SPDX-License-Identifier: MIT */
/* The process that becomes the command: last steps, and a sentence if its exec fails. */
#include "sandbox/command.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "sandbox/sandbox.h"
#include "sys/chain.h"
#include "sys/fd.h"

static const char *find_variable(char *const *envp, const char *start)
{
	for (; *envp; envp++) {
		if (str_starts(*envp, start))
			return *envp + strlen(start);
	}
	return NULL;
}

/* As execvp(3): the first program of that name. environ is the supervisor's, and stays so. */
static int find_command(const char *name, char *const *envp, char *ret, size_t size)
{
	const char *path = find_variable(envp, "PATH=");
	int r = -ENOENT, found;

	if (strchr(name, '/'))
		return str_copy(ret, size, name) < 0 ? -ENAMETOOLONG : 0;
	while (path && *name && (found = path_next(&path, name, ret, size)) != 0) {
		if (found > 0 && access(ret, X_OK) == 0)
			return 0;
		r = errno == EACCES ? -EACCES : r;
	}
	return r;
}

void command_run(const struct sandbox_request *request)
{
	char path[PATH_SIZE], line[ERR_TEXT_MAX + 64];
	struct err err = { 0 };
	struct text text;
	sigset_t set;
	int r;

	/* Without a PID namespace nobody else would end it with its supervisor. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0UL, 0UL, 0UL); /* cannot fail */
	(void)setpgid(0, 0); /* cannot fail: just forked, no session leader */
	(void)sigfillset(&set);
	(void)sigprocmask(SIG_BLOCK, &set, NULL); /* or the next call would stop us */
	(void)tcsetpgrp(STDIN_FILENO, getpgrp()); /* no terminal, or not its session: no job */
	(void)sigemptyset(&set);
	(void)sigprocmask(SIG_SETMASK, &set, NULL);
	r = find_command(request->argv[0], request->envp, path, sizeof(path));
	if (r == 0) {
		(void)execve(path, request->argv, request->envp);
		(void)chain_explain(path, errno, &err);
	} else {
		(void)err_set(&err, -r, "no program of that name");
	}
	text_init(&text, line, sizeof(line));
	text_addf(&text, "busypy: run: %s: %s\n", request->argv[0], err.text);
	(void)fd_write_all(STDERR_FILENO, line, text.used); /* the status tells as well */
	_exit(err.code == ENOENT ? 127 : 126);
}
