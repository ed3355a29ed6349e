/* SPDX-License-Identifier: MIT */
/* plain COMMAND [ARG...]: runs a command with every signal at its default and none blocked, as a
 * login shell would. make and background jobs leave some ignored, even the C library's own (32 and
 * 33), which sigaction(3) refuses to touch: hence the system calls. */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	/* struct sigaction as the kernel has it: all zero is SIG_DFL */
	static const uint64_t action[8];
	static const uint64_t none;

	if (argc < 2) {
		(void)fputs("Usage: plain COMMAND [ARG...]\n", stderr);
		return 125;
	}
	for (int number = 1; number <= 64; number++)
		(void)syscall(SYS_rt_sigaction, number, action, NULL,
			      sizeof(none)); /* KILL, STOP */
	(void)syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, sizeof(none));
	(void)execvp(argv[1], argv + 1);
	perror(argv[1]);
	return 127;
}
