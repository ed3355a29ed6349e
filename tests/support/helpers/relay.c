/* SPDX-License-Identifier: MIT */
/* relay SCRIPT [ARG...]: for binfmt_misc; starts /usr/bin/python3 with the same arguments and does
 * nothing else. What any interpreter in between costs, however clever. */
#include <unistd.h>

int main(int argc, char **argv)
{
	static char interpreter[] = "/usr/bin/python3";

	if (argc < 2)
		return 2;
	argv[0] = interpreter;
	(void)execve(interpreter, argv, environ);
	return 127;
}
