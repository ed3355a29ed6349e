/* SPDX-License-Identifier: MIT */
/* mountin PID SOURCE PLACE...: enters the mount namespace of a process and mounts a tmpfs on each
 * place there, as a script in that view could. Static: in a view the host's programs are not. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char path[64];
	int fd;

	if (argc < 4)
		return 125;
	(void)snprintf(path, sizeof(path), "/proc/%.16s/ns/mnt", argv[1]);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNS) < 0) {
		(void)fprintf(stderr, "mountin: %s: %s\n", path, strerror(errno));
		return 125;
	}
	for (int i = 3; i < argc; i++) {
		if (mount(argv[2], argv[i], "tmpfs", 0, NULL) < 0) {
			(void)fprintf(stderr, "mountin: %s: %s\n", argv[i], strerror(errno));
			return 125;
		}
	}
	return 0;
}
