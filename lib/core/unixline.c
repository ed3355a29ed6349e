/* SPDX-License-Identifier: MIT */
/* Finds the path in a line of the kernel's list of Unix sockets; pure. */
#include "core/unixline.h"

#include <errno.h>
#include <string.h>

#include "core/str.h"

/* "Num: RefCount Protocol Flags Type St Inode Path"; net/unix/af_unix.c, unix_seq_show() */
enum { FIELDS_BEFORE = 7 };

int unixline_path(const char *bytes, size_t n, char *ret, size_t size)
{
	size_t at = 0;

	for (int field = 0; field < FIELDS_BEFORE; field++) {
		size_t start;

		while (at < n && bytes[at] == ' ') /* numbers are aligned */
			at++;
		start = at;
		while (at < n && bytes[at] != ' ')
			at++;
		if (at == start || (field == 0 && bytes[at - 1] != ':'))
			return -EINVAL;
	}
	if (at + 1 >= n || bytes[at + 1] != '/')
		return -ENOENT;
	at++;
	if (memchr(bytes + at, '\0', n - at))
		return -EINVAL;
	return str_copy_bytes(ret, size, bytes + at, n - at) < 0 ? -EINVAL : 0;
}
