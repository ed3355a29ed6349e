/* SPDX-License-Identifier: MIT */
/* Reads the end of a file, and the directory that stands there. */
#include "base/zipapp.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/files.h"
#include "core/zip_end.h"
#include "sys/fd.h"

enum { DIRECTORY_MAX = 64 << 20 };

static int look(int fd, const struct zip_end *end)
{
	FILES_FREE char *directory = NULL;
	ssize_t n;

	if (end->size > DIRECTORY_MAX)
		return -EFBIG;
	directory = malloc(end->size + 1);
	if (!directory)
		return -ENOMEM;
	n = fd_read_at(fd, directory, end->size, (off_t)end->at);
	return n < 0 ? (int)n : zip_end_has_main((const uint8_t *)directory, (size_t)n);
}

int zipapp_look(int fd)
{
	FILES_FREE char *tail = NULL;
	struct zip_end end;
	struct stat st;
	size_t size;
	ssize_t n;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -ENOEXEC;
	size = st.st_size < ZIP_END_TAIL ? (size_t)st.st_size : ZIP_END_TAIL;
	tail = malloc(size + 1);
	if (!tail)
		return -ENOMEM;
	n = fd_read_at(fd, tail, size, st.st_size - (off_t)size);
	if (n < 0)
		return (int)n;
	if (zip_end_find((const uint8_t *)tail, (size_t)n, (uint64_t)st.st_size, &end) < 0)
		return -ENOEXEC;
	return look(fd, &end);
}
