/* SPDX-License-Identifier: MIT */
/* killat N COMMAND [ARG...]: runs a command and kills it (SIGKILL) when it is about to make its
 * N-th system call that could change a file system; what it reads in between changes nothing. Its
 * children are left alone. With N 0, or if it makes fewer, it ends by itself. Prints how many such
 * calls it began; exit status 0 if it was killed, else its own. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/ptrace.h>

#include "core/ending.h"

enum { SYSCALL_STOP = SIGTRAP | 0x80 };

static const long changing[] = {
	SYS_write,     SYS_pwrite64,  SYS_mkdirat,   SYS_symlinkat, SYS_linkat,
	SYS_renameat2, SYS_unlinkat,  SYS_fsync,     SYS_syncfs,    SYS_fchmod,
	SYS_fchmodat,  SYS_utimensat, SYS_ftruncate, SYS_ioctl,	    SYS_renameat,
#ifdef SYS_mkdir
	SYS_mkdir,     SYS_symlink,   SYS_link,	     SYS_rename,    SYS_unlink,
	SYS_rmdir,     SYS_chmod,
#endif
};

static void die(const char *what)
{
	(void)fprintf(stderr, "killat: %s: %s\n", what, strerror(errno));
	exit(125);
}

static bool is_changing(const struct ptrace_syscall_info *info)
{
	if (info->entry.nr == SYS_openat)
		return info->entry.args[2] & (O_CREAT | O_TRUNC);
	for (size_t i = 0; i < sizeof(changing) / sizeof(changing[0]); i++) {
		if ((long)info->entry.nr == changing[i])
			return true;
	}
	return false;
}

static bool at_changing_call(pid_t pid)
{
	struct ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) < 0)
		return false; /* it was killed by somebody else */
	return info.op == PTRACE_SYSCALL_INFO_ENTRY && is_changing(&info);
}

int main(int argc, char **argv)
{
	unsigned long wanted = argc > 2 ? strtoul(argv[1], NULL, 10) : 0, calls = 0;
	bool killed = false;
	int status;
	pid_t pid;

	if (argc < 3) {
		(void)fputs("Usage: killat N COMMAND [ARG...]\n", stderr);
		return 125;
	}
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		(void)raise(SIGSTOP);
		(void)execvp(argv[2], argv + 2);
		die(argv[2]);
	}
	if (waitpid(pid, &status, WUNTRACED) < 0 || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) < 0 ||
	    kill(pid, SIGCONT) < 0)
		die("trace");
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		int stop = WSTOPSIG(status);

		if (stop == SYSCALL_STOP && at_changing_call(pid) && ++calls == wanted) {
			killed = true;
			(void)kill(pid, SIGKILL);
		}
		if (stop == SYSCALL_STOP || stop == SIGTRAP || stop == SIGSTOP)
			stop = 0;
		(void)ptrace(PTRACE_SYSCALL, pid, 0, stop); /* fails once it is killed */
	}
	(void)printf("%lu\n", calls);
	if (killed)
		return 0;
	return ending_status(status);
}
