/* SPDX-License-Identifier: MIT */
/* The C library that a Python without one is given. */
#ifndef BUSYPY_STAGE_LIBC_H
#define BUSYPY_STAGE_LIBC_H

struct arch;
struct err;
struct sysroot;

/* Copies ld.so, and every library that ELF files below usr of dir (a sysroot under construction)
 * need and have not beside them, out of another sysroot to where they are there. -ENOENT with a
 * sentence that names the library and who needs it. */
int libc_take(const char *dir, const struct arch *arch, const struct sysroot *from,
	      const char *from_name, struct err *err);

#endif
