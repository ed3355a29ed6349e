/* SPDX-License-Identifier: MIT */
/* cpio archives as a kernel unpacks its initramfs from them:
 * Documentation/driver-api/early-userspace/ buffer-format.rst, init/initramfs.c. Bytes that may lie
 * about everything. */
#ifndef BUSYPY_CORE_CPIO_H
#define BUSYPY_CORE_CPIO_H

#include <stddef.h>
#include <stdint.h>

/* One member. name and bytes lie in the archive; name is terminated. */
struct cpio_entry {
	const char *name; /* as written: perhaps with "./" or "/" before it */
	const uint8_t *bytes;
	uint32_t size; /* of bytes */
	uint32_t ino, mode, links, major, minor;
};

enum cpio_next {
	CPIO_ENTRY,
	CPIO_END,	 /* the whole buffer is done */
	CPIO_COMPRESSED, /* at *at stands something else, which has to be unpacked first */
	CPIO_CUT,	 /* a member goes on past the buffer */
	CPIO_UNSOUND	 /* no member where one has to be */
};

/* The next member of n bytes from *at on, which begins as 0 and is moved on. Archives may follow
 * one another, with zeros between them. */
enum cpio_next cpio_next(const uint8_t *bytes, size_t n, size_t *at, struct cpio_entry *ret);

#endif
