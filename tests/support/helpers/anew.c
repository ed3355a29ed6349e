/* SPDX-License-Identifier: MIT */
/* anew NAME: writes a file of that name by fd_create_anew(), as a client does its lease. */
#include <stdio.h>
#include <string.h>

#include "sys/fd.h"

int main(int argc, char **argv)
{
	int fd = argc == 2 ? fd_create_anew(argv[1], 0644) : -1;

	if (fd < 0) {
		(void)fprintf(stderr, "anew: %s\n", strerror(-fd));
		return 1;
	}
	return fd_write_all(fd, "new\n", 4) < 0;
}
