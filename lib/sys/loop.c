/* SPDX-License-Identifier: MIT */
/* LOOP_CONFIGURE: file and flags in one step, since Linux 5.8. */
#include "loop.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <sys/ioctl.h>

#include "fd.h"
#include "str.h"

enum { TRIES = 16 /* another process may be faster */ };

static int attach_one(int control, int file, char *ret_path)
{
	struct loop_config config = { .fd = (unsigned)file,
				      .info = { .lo_flags =
							LO_FLAGS_READ_ONLY | LO_FLAGS_AUTOCLEAR } };
	FD_CLEANUP int device = -1;
	struct text text;
	int number = ioctl(control, LOOP_CTL_GET_FREE);

	if (number < 0)
		return -errno;
	text_init(&text, ret_path, LOOP_PATH_MAX);
	text_addf(&text, "/dev/loop%d", number);
	device = open(ret_path, O_RDONLY | O_CLOEXEC);
	if (device < 0 || ioctl(device, LOOP_CONFIGURE, &config) < 0)
		return -errno;
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
