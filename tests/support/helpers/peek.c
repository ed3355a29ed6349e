/* SPDX-License-Identifier: MIT */
/* Prints what PID 1's program is, at once: before it has become its last one, if that can be. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/path_size.h"

int main(void)
{
	char name[PATH_SIZE];
	int fd = open("/proc/1/mem", O_RDWR | O_CLOEXEC);
	ssize_t n = readlink("/proc/1/exe", name, sizeof(name) - 1);

	if (n < 0)
		return printf("%s\n", strerror(errno)) < 0;
	name[n] = '\0';
	return printf("%s%s\n", name, fd < 0 ? " (refused)" : "") < 0;
}
