/* SPDX-License-Identifier: MIT */
/* initgate PROGRAM [ARG...]: executes the program as soon as descriptor 3 has a byte, or cannot be
 * read: PID 1 holds still until a tracer has attached. */
#include <unistd.h>

int main(int argc, char **argv)
{
	char byte;
	ssize_t n = argc > 1 ? read(3, &byte, 1) : 0;

	(void)n;
	(void)close(3);
	(void)execv(argv[1], argv + 1);
	return 127;
}
