/* SPDX-License-Identifier: MIT */
/* Knocks at the socket as glibc does: without waiting. */
#include "sys/nscd.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "sys/fd.h"

int nscd_probe(void)
{
	static const struct sockaddr_un address = { .sun_family = AF_UNIX,
						    .sun_path = NSCD_SOCKET };
	FD_CLEANUP int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 &&
	    errno != EAGAIN) /* it is busy */
		return -errno;
	return 0;
}
