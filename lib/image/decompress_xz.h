/* SPDX-License-Identifier: MIT */
/* What liblzma unpacks, for decompress.c alone: as decompress_run. */
#ifndef BUSYPY_IMAGE_DECOMPRESS_XZ_H
#define BUSYPY_IMAGE_DECOMPRESS_XZ_H

struct decompress;

int decompress_lzma(struct decompress *job);
int decompress_xz(struct decompress *job);

#endif
