/* SPDX-License-Identifier: MIT */
/* A file as a block device. LOOP_CONFIGURE: file and flags in one step, since Linux 5.8. With
 * direct I/O only the device's pages are kept in memory, not the file's, too; and the file is not
 * read ahead a second time. */
#include "sys/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <sys/ioctl.h>

#include "core/str.h"
#include "sys/fd.h"

enum { TRIES = 16 /* another process may be faster */ };

static int configure(int device, int file, unsigned more)
{
	struct loop_config config = { .fd = (unsigned)file };

	config.info.lo_flags = LO_FLAGS_READ_ONLY | LO_FLAGS_AUTOCLEAR | more;
	return ioctl(device, LOOP_CONFIGURE, &config) < 0 ? -errno : 0;
}

static int attach_one(int control, int file, char *ret_path)
{
	FD_CLEANUP int device = -1;
	struct text text;
	int r, number = ioctl(control, LOOP_CTL_GET_FREE);

	if (number < 0)
		return -errno;
	text_init(&text, ret_path, LOOP_PATH_MAX);
	text_addf(&text, "/dev/loop%d", number);
	device = open(ret_path, O_RDONLY | O_CLOEXEC);
	if (device < 0)
		return -errno;
	r = configure(device, file, LO_FLAGS_DIRECT_IO);
	if (r == -EINVAL) /* not on this file system */
		r = configure(device, file, 0);
	if (r < 0)
		return r;
	return fd_steal(&device);
}

int loop_attach(int file, char *ret_path)
{
	FD_CLEANUP int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	int r = control < 0 ? -errno : -EBUSY;

	for (int i = 0; r == -EBUSY && i < TRIES; i++)
		r = attach_one(control, file, ret_path);
	return r;
}
