/* SPDX-License-Identifier: MIT */
/* The kernel's decompressors (lib/decompress_*.c): which bytes each takes, where it ends, in what
 * pieces it passes on what it has unpacked, and how much of that is lost where it fails. Only the
 * unpacking itself is libraries'. */
#ifndef BUSYPY_IMAGE_DECOMPRESS_H
#define BUSYPY_IMAGE_DECOMPRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct source;

struct decompress {
	struct source *source;
	/* takes a piece: 0, 1 if the kernel wants no more, or -errno, which ends all */
	int (*flush)(const uint8_t *bytes, size_t n, void *ctx);
	void *ctx;
	const char *message; /* the kernel's words for why it failed, or NULL */
	bool crashes;	     /* it may not live to say them */
};

/* Unpacks one stream, which begins where source stands, by its first bytes, and leaves source
 * behind it. 0; 1 with a message, or as flush returned it; -ENOMEM, -E2BIG for more memory than a
 * machine has to spare, -errno of reading. */
int decompress_run(struct decompress *job);

#endif
