/* SPDX-License-Identifier: MIT */
/* An ELF file's program headers and dynamic section as text, like `readelf -lW` and `readelf -dW`,
 * for the records of what patching changed. Needs no binutils, and never differs with their
 * version. */
#ifndef BUSYPY_ELF_READELF_H
#define BUSYPY_ELF_READELF_H

struct err;

/* Writes both texts of the ELF file at path to new files. */
int readelf_write(const char *path, const char *segments_to, const char *dynamic_to,
		  struct err *err);

#endif
