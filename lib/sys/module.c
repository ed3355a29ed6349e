/* SPDX-License-Identifier: MIT */
/* Hands a module to the kernel. */
#include "sys/module.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sys/fd.h"

int module_load(const char *path, const char *parameters)
{
	FD_CLEANUP int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (syscall(SYS_finit_module, fd, parameters, 0) < 0 && errno != EEXIST)
		return -errno;
	return 0;
}
