/* SPDX-License-Identifier: MIT */
/* Which bytes the kernel takes for which compression, and what is near. */
#include "core/initramfs.h"

#include <string.h>

#include "check.h"

static const char *format_of(const char *bytes, size_t n)
{
	static const char *const names[] = {
		[INITRAMFS_UNKNOWN] = "none", [INITRAMFS_GZIP] = "gzip",
		[INITRAMFS_BZIP2] = "bzip2",  [INITRAMFS_LZMA] = "lzma",
		[INITRAMFS_XZ] = "xz",	      [INITRAMFS_LZO] = "lzo",
		[INITRAMFS_LZ4] = "lz4",      [INITRAMFS_ZSTD] = "zstd",
	};

	return names[initramfs_format((const uint8_t *)bytes, n)];
}

static const char *near(const char *bytes, size_t n)
{
	const char *words = initramfs_near((const uint8_t *)bytes, n);

	return words ? words : "none";
}

int main(void)
{
	CHECK_TEXT(format_of("\x1f\x8b\x08", 3), "gzip", "gzip");
	CHECK_TEXT(format_of("\x1f\x9e", 2), "gzip", "and its old magic");
	CHECK_TEXT(format_of("BZh9", 4), "bzip2", "bzip2");
	CHECK_TEXT(format_of("\x5d\0\0", 3), "lzma", "lzma");
	CHECK_TEXT(format_of("\x5d\1\0", 3), "none", "but not of every dictionary");
	CHECK_TEXT(format_of("\xfd"
			     "7zXZ",
			     5),
		   "xz", "xz");
	CHECK_TEXT(format_of("\x89LZO", 4), "lzo", "lzo");
	CHECK_TEXT(format_of("\x02\x21\x4c\x18", 4), "lz4", "lz4, its legacy frame");
	CHECK_TEXT(format_of("\x04\x22\x4d\x18", 4), "none", "but not its default one");
	CHECK_TEXT(format_of("\x28\xb5\x2f\xfd", 4), "zstd", "zstd");
	CHECK_TEXT(format_of("\x1f", 1), "none", "one byte is no magic");
	CHECK_TEXT(format_of("", 0), "none", "nor is none");

	CHECK_TEXT(near("070707000000", 12),
		   "it is a cpio archive made without -H newc: cpio -o -H newc", "odc");
	CHECK_TEXT(near("\xc7\x71\0\0", 4),
		   "it is an old binary cpio archive, made without -H newc: cpio -o -H newc",
		   "old binary");
	CHECK_TEXT(near("\x71\xc7\0\0", 4),
		   "it is an old binary cpio archive, made without -H newc: cpio -o -H newc",
		   "of the other byte order");
	CHECK_TEXT(near("\x04\x22\x4d\x18", 4),
		   "it is lz4's default frame: the kernel takes what lz4 -l makes", "lz4");
	CHECK_TEXT(near("\x50\x2a\x4d\x18", 4),
		   "it is zstd in frames for pzstd: the kernel takes what zstd makes", "pzstd");
	CHECK_TEXT(near("\xfd"
			"7zXZ\0\0\4",
			8),
		   "it has a check that the kernel does not know, such as CRC64, xz's default: xz "
		   "--check=crc32",
		   "xz by default");
	CHECK_TEXT(near("\xfd"
			"7zXZ\0\0\1",
			8),
		   "none", "xz with CRC32");
	CHECK_TEXT(near("\xfd"
			"7zXZ\0\0",
			7),
		   "none", "xz, cut");
	CHECK_TEXT(near("text", 4), "none", "text");
	CHECK_TEXT(near("", 0), "none", "nothing");
	return done();
}
