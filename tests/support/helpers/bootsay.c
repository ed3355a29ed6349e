/* SPDX-License-Identifier: MIT */
/* bootsay [=WORD] [SCRIPT] [+PATH...]: what tests put into an initramfs, to see what of it runs. It
 * says WORD, which a script's first line gives it, or "elf" without one. As PID 1 it executes then
 * each PATH (the kernel passes on what stands behind "--" on its command line), says the error
 * number where one cannot be, and switches the machine off. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static void say(const char *what, const char *word)
{
	char line[512];
	int n = snprintf(line, sizeof(line), "\n<%s %.400s>\n", what, word);
	ssize_t ignored = write(STDOUT_FILENO, line, (size_t)n);

	(void)ignored; /* nobody else to tell */
}

/* The image may have put something else in the place of the kernel's own. */
static void find_console(void)
{
	int fd;

	if (isatty(STDOUT_FILENO))
		return;
	(void)mknod("/bootsay-console", S_IFCHR | 0600, makedev(5, 1));
	fd = open("/bootsay-console", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fd >= 0 && fd != STDOUT_FILENO)
		(void)dup2(fd, STDOUT_FILENO);
}

static void try_exec(char *path)
{
	char *argv[] = { path, NULL }, *envp[] = { NULL }, number[16];
	pid_t child = fork();

	if (child == 0) {
		(void)execve(path, argv, envp);
		(void)snprintf(number, sizeof(number), "%d", errno);
		say("errno", number);
		_exit(1);
	}
	(void)waitpid(child, NULL, 0); /* the machine ends here in any case */
}

int main(int argc, char **argv)
{
	const char *word = argc > 1 && argv[1][0] == '=' ? argv[1] + 1 : "elf";

	if (getpid() != 1) {
		say("ran", word);
		return 0;
	}
	find_console();
	say("init", word);
	for (int i = 1; i < argc; i++) {
		if (argv[i][0] == '+')
			try_exec(argv[i] + 1);
	}
	(void)tcdrain(STDOUT_FILENO);
	(void)reboot(RB_POWER_OFF);
	return 1;
}
