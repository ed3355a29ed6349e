/* SPDX-License-Identifier: MIT */
/* Reads with pread(2), so that the same descriptor can be copied afterwards. */
#include "export/file_sum.h"

#include "core/sha256.h"
#include "sys/fd.h"

int64_t file_sum(int fd, char *ret_hex)
{
	char bytes[64 * 1024];
	struct sha256 sha;
	off_t at = 0;
	ssize_t n;

	sha256_init(&sha);
	while ((n = fd_read_at(fd, bytes, sizeof(bytes), at)) > 0) {
		sha256_add(&sha, bytes, (size_t)n);
		at += n;
	}
	sha256_end_hex(&sha, ret_hex);
	return n < 0 ? n : at;
}
