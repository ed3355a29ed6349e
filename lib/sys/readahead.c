/* SPDX-License-Identifier: MIT */
/* The backing device of a file system has its device number as its name. */
#include "sys/readahead.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "core/str.h"
#include "sys/fd.h"

int readahead_set(const char *path, unsigned kib)
{
	char file[64], number[16];
	FD_CLEANUP int fd = -1;
	struct text text;
	struct stat st;

	if (stat(path, &st) < 0)
		return -errno;
	text_init(&text, file, sizeof(file));
	text_addf(&text, "/sys/class/bdi/%u:%u/read_ahead_kb", major(st.st_dev), minor(st.st_dev));
	fd = open(file, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	text_init(&text, number, sizeof(number));
	text_addf(&text, "%u\n", kib);
	return fd_write_all(fd, number, text.used);
}
