/* SPDX-License-Identifier: MIT */
/* The checksum of what a descriptor stands for, whatever its name leads to by now. */
#ifndef BUSYPY_EXPORT_FILE_SUM_H
#define BUSYPY_EXPORT_FILE_SUM_H

#include <stdint.h>

/* SHA-256 of an open file from its start, as hexadecimal (65 bytes); its size, or -errno. Its
 * offset stays. */
int64_t file_sum(int fd, char *ret_hex);

#endif
