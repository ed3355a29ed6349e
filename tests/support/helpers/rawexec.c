/* SPDX-License-Identifier: MIT */
/* rawexec PATH [ARG...]: one execve(2), never a shell's second try, and what became of it on
 * standard output: "errno NAME", "status N" or "signal". The program itself has nothing on
 * standard input and output; what it says on standard error passes. It dies with rawexec, and with
 * all that it starts after a minute of processor time each: '#!/usr/bin/env -S' starts itself for
 * ever. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CPU_MAX = 60 /* seconds */ };

static const struct {
	int code;
	const char *name;
} names[] = {
	{ E2BIG, "E2BIG" },   { EACCES, "EACCES" },   { EINVAL, "EINVAL" },
	{ EIO, "EIO" },	      { ELIBBAD, "ELIBBAD" }, { ELOOP, "ELOOP" },
	{ ENOENT, "ENOENT" }, { ENOEXEC, "ENOEXEC" }, { ENAMETOOLONG, "ENAMETOOLONG" },
	{ EPERM, "EPERM" },   { ENOTDIR, "ENOTDIR" }, { ETXTBSY, "ETXTBSY" },
};

static const char *name_of(int code)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].code == code)
			return names[i].name;
	}
	return strerror(code);
}

/* Children inherit it, and no execve(2) starts anew. A lower one stays. */
static void limit_processor(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_CPU, &limit) == 0 && limit.rlim_max > CPU_MAX) {
		limit.rlim_cur = limit.rlim_max = CPU_MAX;
		(void)setrlimit(RLIMIT_CPU, &limit);
	}
}

/* In a child that shares memory: only what is safe there. */
static void run(char **argv, char **envp, volatile int *error)
{
	int null = open("/dev/null", O_RDWR);
	const struct rlimit none = { 0, 0 };

	(void)dup2(null, STDIN_FILENO);
	(void)dup2(null, STDOUT_FILENO);
	(void)setrlimit(RLIMIT_CORE, &none);
	limit_processor();
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)execve(argv[0], argv, envp);
	*error = errno;
	_exit(125);
}

int main(int argc, char **argv)
{
	volatile int error = 0;
	int status;
	pid_t child;

	if (argc < 2)
		return 125;
	child = vfork();
	if (child == 0)
		run(argv + 1, environ, &error);
	if (child < 0 || waitpid(child, &status, 0) < 0)
		return 125;
	if (error)
		(void)printf("errno %s\n", name_of(error));
	else if (WIFSIGNALED(status))
		(void)printf("signal\n");
	else
		(void)printf("status %d\n", WEXITSTATUS(status));
	return 0;
}
