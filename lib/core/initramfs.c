/* SPDX-License-Identifier: MIT */
/* Tables of first bytes. */
#include "core/initramfs.h"

#include <string.h>

static const struct {
	uint8_t magic[2];
	enum initramfs_format format;
} formats[] = {
	{ { 0x1f, 0x8b }, INITRAMFS_GZIP },  { { 0x1f, 0x9e }, INITRAMFS_GZIP },
	{ { 0x42, 0x5a }, INITRAMFS_BZIP2 }, { { 0x5d, 0x00 }, INITRAMFS_LZMA },
	{ { 0xfd, 0x37 }, INITRAMFS_XZ },    { { 0x89, 0x4c }, INITRAMFS_LZO },
	{ { 0x02, 0x21 }, INITRAMFS_LZ4 },   { { 0x28, 0xb5 }, INITRAMFS_ZSTD },
};

enum initramfs_format initramfs_format(const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; n >= 2 && i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (memcmp(bytes, formats[i].magic, 2) == 0)
			return formats[i].format;
	}
	return INITRAMFS_UNKNOWN;
}

/* Byte 7 of an xz file says which check: xz makes CRC64 (4) unless it is told otherwise. */
static const char xz_with_check[] = "\xfd"
				    "7zXZ\0\0";

static const struct {
	const char *bytes;
	size_t n;
	const char *words;
} near[] = {
	{ "070707", 6, "it is a cpio archive made without -H newc: cpio -o -H newc" },
	{ "\xc7\x71", 2,
	  "it is an old binary cpio archive, made without -H newc: cpio -o -H newc" },
	{ "\x71\xc7", 2,
	  "it is an old binary cpio archive, made without -H newc: cpio -o -H newc" },
	{ "\x04\x22\x4d\x18", 4, "it is lz4's default frame: the kernel takes what lz4 -l makes" },
	{ "\x50\x2a\x4d\x18", 4,
	  "it is zstd in frames for pzstd: the kernel takes what zstd makes" },
	{ "LZIP", 4, "it is lzip, which the kernel does not know" },
	{ "\x1f\x9d", 2, "it is made by compress, which the kernel does not know" },
	{ "hsqs", 4, "it is a squashfs image, not an initramfs" },
	{ "PK\x03\x04", 4, "it is a zip archive, not an initramfs" },
};

const char *initramfs_near(const uint8_t *bytes, size_t n)
{
	if (n > sizeof(xz_with_check) - 1 &&
	    memcmp(bytes, xz_with_check, sizeof(xz_with_check) - 1) == 0 &&
	    bytes[sizeof(xz_with_check) - 1] > 1)
		return "it has a check that the kernel does not know, such as CRC64, xz's default: "
		       "xz --check=crc32";
	for (size_t i = 0; i < sizeof(near) / sizeof(near[0]); i++) {
		if (n >= near[i].n && memcmp(bytes, near[i].bytes, near[i].n) == 0)
			return near[i].words;
	}
	return NULL;
}
