/* SPDX-License-Identifier: MIT */
/* nsrun COMMAND [ARG...]: runs a command as root of a throw-away machine: user, mount, IPC and UTS
 * namespaces, an empty /run, and a binfmt_misc instance of its own at its usual place. Started by
 * root it maps 65536 ids, so that other users exist inside; by anybody else only the caller, as
 * root. Nothing of it reaches the machine, and nothing is left when the command ends. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/ending.h"

static void die(const char *what)
{
	(void)fprintf(stderr, "nsrun: %s: %s\n", what, strerror(errno));
	_exit(125);
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		die(path);
	(void)close(fd);
}

static void map(pid_t child, const char *file, unsigned outside, int all)
{
	char path[64], line[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)child, file);
	if (all)
		(void)snprintf(line, sizeof(line), "0 0 65536");
	else
		(void)snprintf(line, sizeof(line), "0 %u 1", outside);
	put(path, line);
}

static void inside(int channel, char **argv)
{
	char go;

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS) < 0)
		die("unshare");
	if (write(channel, "u", 1) != 1 || read(channel, &go, 1) != 1)
		die("parent");
	if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
		die("become root");
	/* Shared, as on a machine with systemd; nothing propagates out of a new user namespace. */
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_SHARED, NULL) < 0)
		die("propagation");
	if (mount("run", "/run", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0755") < 0)
		die("mount /run");
	if (!getenv("NSRUN_NO_BINFMT") &&
	    mount("binfmt_misc", "/proc/sys/fs/binfmt_misc", "binfmt_misc", 0, NULL) < 0)
		die("mount binfmt_misc");
	(void)close(channel);
	(void)execvp(argv[0], argv);
	die(argv[0]);
}

int main(int argc, char **argv)
{
	int channel[2], status, all = geteuid() == 0;
	pid_t child;
	char ready;

	if (argc < 2) {
		(void)fputs("Usage: nsrun COMMAND [ARG...]\n", stderr);
		return 125;
	}
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, channel) < 0)
		die("socketpair");
	child = fork();
	if (child < 0)
		die("fork");
	if (child == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)close(channel[0]);
		inside(channel[1], argv + 1);
	}
	(void)close(channel[1]);
	if (read(channel[0], &ready, 1) == 1) {
		char path[64];

		(void)snprintf(path, sizeof(path), "/proc/%d/setgroups", (int)child);
		if (!all)
			put(path, "deny");
		map(child, "uid_map", geteuid(), all);
		map(child, "gid_map", getegid(), all);
		if (write(channel[0], "g", 1) != 1)
			die("child");
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return ending_status(status);
}
