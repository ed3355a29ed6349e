/* SPDX-License-Identifier: MIT */
/* Whether a file ends in a zip directory, as Python's zipimport looks for it: such a file is a zip
 * application, whatever it begins with. It reads names alone. */
#ifndef BUSYPY_CORE_ZIP_END_H
#define BUSYPY_CORE_ZIP_END_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ZIP_END_TAIL = 22 + 65535 /* bytes in which the end of the directory is looked for */ };

/* Where the directory is in the file, in bytes. */
struct zip_end {
	uint64_t at, size;
};

/* tail: the last n bytes of a file of size bytes, ZIP_END_TAIL of them if it has so many. 0, or
 * -EINVAL if it is no zip archive. */
int zip_end_find(const uint8_t *tail, size_t n, uint64_t size, struct zip_end *ret);

/* True if a directory of n bytes has a module that Python runs as the program. */
bool zip_end_has_main(const uint8_t *directory, size_t n);

#endif
