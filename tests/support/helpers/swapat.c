/* SPDX-License-Identifier: MIT */
/* swapat N DIR HOW NAME TO [NAME TO...] -- COMMAND [ARG...]: runs a command and, when it is about
 * to make its N-th system call that names or changes something below DIR, by path (also from a
 * directory above it) or by descriptor, swaps each NAME that is there then: it is renamed to NAME~,
 * and takes its place, HOW "link", a link to TO, or, HOW "rename", TO itself. Prints how many such
 * calls there were, and how many names were swapped; the exit status is the command's. Children are
 * left alone. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/ptrace.h>

#include "core/ending.h"
#include "core/str.h"

enum { SYSCALL_STOP = SIGTRAP | 0x80, NAMES_MAX = 16, ARGS = 5 };

static const long naming[] = {
	SYS_openat,  SYS_openat2,  SYS_newfstatat, SYS_statx,	  SYS_faccessat,  SYS_readlinkat,
	SYS_mkdirat, SYS_unlinkat, SYS_renameat,   SYS_renameat2, SYS_linkat,	  SYS_symlinkat,
	SYS_fchmod,  SYS_fchmodat, SYS_fchownat,   SYS_utimensat, SYS_getdents64, SYS_faccessat2,
	SYS_chdir,   SYS_truncate,
#ifdef SYS_mkdir
	SYS_open,    SYS_stat,	   SYS_lstat,	   SYS_access,	  SYS_readlink,	  SYS_mkdir,
	SYS_rmdir,   SYS_unlink,   SYS_rename,	   SYS_link,	  SYS_symlink,	  SYS_chmod,
#endif
};

struct swap {
	const char *dir, *how;
	char **names; /* NAME TO, n times */
	int n;
	unsigned swapped;
};

static void die(const char *what)
{
	(void)fprintf(stderr, "swapat: %s: %s\n", what, strerror(errno));
	exit(125);
}

static bool is_below(const char *path, const char *dir)
{
	return str_eq(path, dir) || path_below(path, dir);
}

/* Where a descriptor of the process is; AT_FDCWD, too. */
static ssize_t name_fd(pid_t pid, unsigned long long fd, char path[PATH_MAX])
{
	char link[64];

	if ((int)fd == AT_FDCWD)
		(void)snprintf(link, sizeof(link), "/proc/%d/cwd", pid);
	else
		(void)snprintf(link, sizeof(link), "/proc/%d/fd/%llu", pid, fd);
	return readlink(link, path, PATH_MAX - 1);
}

/* The text at an address of the process, if it is one of a path. */
static ssize_t read_text(pid_t pid, unsigned long long at, char *text, size_t size)
{
	size_t n = 4096 - at % 4096 < size ? 4096 - at % 4096 : size;
	struct iovec here = { text, n }, there = { (void *)(unsigned long)at, n };

	return process_vm_readv(pid, &here, 1, &there, 1, 0);
}

/* True if an argument is a descriptor of something below dir, or the address of a path there: from
 * "/", or from the directory that the argument before it is. */
static bool names_it(pid_t pid, const unsigned long long *args, size_t i, const char *dir)
{
	char path[PATH_MAX] = "", text[256] = "";
	ssize_t n = 0;

	if (args[i] < 1024 || (int)args[i] == AT_FDCWD) {
		n = name_fd(pid, args[i], path);
		return n > 0 && is_below(path, dir);
	}
	if (read_text(pid, args[i], text, sizeof(text) - 1) <= 0 || !text[0])
		return false;
	if (text[0] == '/')
		return is_below(text, dir);
	if (!i || (args[i - 1] >= 1024 && (int)args[i - 1] != AT_FDCWD))
		return false;
	n = name_fd(pid, args[i - 1], path);
	if (n <= 0 || (size_t)n + sizeof(text) + 1 > sizeof(path))
		return false;
	(void)snprintf(path + n, sizeof(path) - (size_t)n, "%s%s", path[n - 1] == '/' ? "" : "/",
		       text);
	return is_below(path, dir);
}

static bool at_naming_call(pid_t pid, const char *dir)
{
	struct ptrace_syscall_info info;
	bool found = false;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) < 0 ||
	    info.op != PTRACE_SYSCALL_INFO_ENTRY)
		return false;
	for (size_t i = 0; i < sizeof(naming) / sizeof(naming[0]) && !found; i++)
		found = (long)info.entry.nr == naming[i];
	for (size_t i = 0; found && i < ARGS; i++) {
		if (names_it(pid, (const unsigned long long *)info.entry.args, i, dir))
			return true;
	}
	return false;
}

static void perform(struct swap *swap)
{
	char old[PATH_MAX];

	for (int i = 0; i < 2 * swap->n; i += 2) {
		const char *name = swap->names[i], *to = swap->names[i + 1];

		(void)snprintf(old, sizeof(old), "%s~", name);
		if (rename(name, old) < 0)
			continue; /* it is not there, now */
		if ((str_eq(swap->how, "link") ? symlink(to, name) : rename(to, name)) < 0)
			die(name);
		swap->swapped++;
	}
}

static unsigned long trace(pid_t pid, unsigned long wanted, struct swap *swap, int *ret_status)
{
	unsigned long calls = 0;

	while (waitpid(pid, ret_status, 0) == pid && WIFSTOPPED(*ret_status)) {
		int stop = WSTOPSIG(*ret_status);

		if (stop == SYSCALL_STOP && at_naming_call(pid, swap->dir) && ++calls == wanted)
			perform(swap);
		if (stop == SYSCALL_STOP || stop == SIGTRAP || stop == SIGSTOP)
			stop = 0;
		(void)ptrace(PTRACE_SYSCALL, pid, 0, stop); /* fails once it has ended */
	}
	return calls;
}

static pid_t start(char **command)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		die("fork");
	if (pid == 0) {
		(void)raise(SIGSTOP);
		(void)execvp(command[0], command);
		die(command[0]);
	}
	if (waitpid(pid, &status, WUNTRACED) < 0 || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) < 0 ||
	    kill(pid, SIGCONT) < 0)
		die("trace");
	return pid;
}

int main(int argc, char **argv)
{
	struct swap swap = { 0 };
	unsigned long calls;
	int dashes = 4, status;

	while (dashes < argc && !str_eq(argv[dashes], "--"))
		dashes++;
	if (dashes + 1 >= argc || dashes % 2 || dashes < 6 || dashes > 4 + 2 * NAMES_MAX) {
		(void)fputs("Usage: swapat N DIR HOW NAME TO [NAME TO...] -- COMMAND [ARG...]\n",
			    stderr);
		return 125;
	}
	swap.dir = argv[2];
	swap.how = argv[3];
	swap.names = argv + 4;
	swap.n = (dashes - 4) / 2;
	calls = trace(start(argv + dashes + 1), strtoul(argv[1], NULL, 10), &swap, &status);
	(void)printf("%lu %u\n", calls, swap.swapped);
	return ending_status(status);
}
