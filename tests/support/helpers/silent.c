/* SPDX-License-Identifier: MIT */
/* silent DIRECTORY [UID]: mounts a FUSE file system there, as that user, whose server never
 * answers, as a dead NFS server would be. Prints "ready" and runs until its standard input ends;
 * then it is unmounted. fuse(4), Documentation/filesystems/fuse.rst. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

static int fail(const char *what)
{
	(void)fprintf(stderr, "silent: %s: %s\n", what, strerror(errno));
	return 125;
}

/* The one request that must be answered: without it every other would wait for this one. */
static int answer_init(int fuse)
{
	static char buf[FUSE_MIN_READ_BUFFER + 4096];
	struct {
		struct fuse_out_header head;
		struct fuse_init_out init;
	} answer = { 0 };
	const struct fuse_in_header *in = (const void *)buf;

	if (read(fuse, buf, sizeof(buf)) < (ssize_t)sizeof(*in) || in->opcode != FUSE_INIT)
		return -1;
	answer.head.len = sizeof(answer);
	answer.head.unique = in->unique;
	answer.init.major = FUSE_KERNEL_VERSION;
	answer.init.minor = FUSE_KERNEL_MINOR_VERSION;
	answer.init.max_write = 4096;
	return write(fuse, &answer, sizeof(answer)) == (ssize_t)sizeof(answer) ? 0 : -1;
}

int main(int argc, char **argv)
{
	int fuse = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	char options[128], byte;

	if (argc != 2 && argc != 3)
		return 125;
	if (fuse < 0)
		return fail("/dev/fuse");
	(void)snprintf(options, sizeof(options),
		       "fd=%d,rootmode=40755,user_id=%s,group_id=0,allow_other", fuse,
		       argc > 2 ? argv[2] : "0");
	if (mount("silent", argv[1], "fuse", MS_NOSUID | MS_NODEV, options) < 0)
		return fail("mount");
	if (answer_init(fuse) < 0)
		return fail("init");
	(void)puts("ready");
	(void)fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	(void)umount2(argv[1], MNT_DETACH); /* it ends with its machine in any case */
	return 0;
}
