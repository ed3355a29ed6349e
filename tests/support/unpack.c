/* SPDX-License-Identifier: MIT */
/* unpack IMAGE COMMAND [ARGUMENT...]: runs a command in the folder that a kernel would make of an
 * initramfs. Prints the kernel's words, if it would stop, and the command's exit status is its own.
 */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/err.h"
#include "image/initramfs.h"

static int run_in(const char *dir, char **command)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		if (chdir(dir) == 0)
			(void)execvp(command[0], command);
		perror(command[0]);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || !WIFEXITED(status))
		return 125;
	return WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
	struct initramfs initramfs;
	struct err err = { 0 };
	int r;

	if (argc < 3) {
		(void)fputs("Usage: unpack IMAGE COMMAND [ARGUMENT...]\n", stderr);
		return 125;
	}
	if (initramfs_unpack(argv[1], &initramfs, &err) < 0) {
		(void)fprintf(stderr, "unpack: %s\n", err.text);
		return 125;
	}
	if (initramfs.message)
		(void)printf("Initramfs unpacking failed: %s\n", initramfs.message);
	(void)fflush(stdout);
	r = run_in(initramfs.dir, argv + 2);
	initramfs_drop(&initramfs);
	return r;
}
