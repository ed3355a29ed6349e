/* SPDX-License-Identifier: MIT */
/* What stands in an initramfs behind one another: which compression the kernel takes bytes for
 * (lib/decompress.c), and what they nearly are where it takes them for nothing. */
#ifndef BUSYPY_CORE_INITRAMFS_H
#define BUSYPY_CORE_INITRAMFS_H

#include <stddef.h>
#include <stdint.h>

enum initramfs_format {
	INITRAMFS_UNKNOWN,
	INITRAMFS_GZIP,
	INITRAMFS_BZIP2,
	INITRAMFS_LZMA,
	INITRAMFS_XZ,
	INITRAMFS_LZO,
	INITRAMFS_LZ4,
	INITRAMFS_ZSTD,
};

enum { INITRAMFS_NEAR = 16 /* bytes that are enough for both functions */ };

/* By the first two of n bytes. */
enum initramfs_format initramfs_format(const uint8_t *bytes, size_t n);

/* What the kernel refuses, from its first n bytes: words that say what it is and how to make what
 * is taken, or NULL. */
const char *initramfs_near(const uint8_t *bytes, size_t n);

#endif
