/* SPDX-License-Identifier: MIT */
/* An open file as a stream of bytes that can be looked at before they are taken. */
#ifndef BUSYPY_IMAGE_SOURCE_H
#define BUSYPY_IMAGE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Initialise with { .fd = ... }, which stays the caller's; source_drop afterwards. */
struct source {
	int fd;
	const uint8_t *bytes; /* what can be looked at */
	size_t n;
	uint64_t at; /* offset of bytes in the file */
	bool is_at_end;
	uint8_t *block;
	size_t room;
};

/* Makes at least want bytes to be looked at, or all that are left: fewer only at the end. Pointers
 * into bytes are no longer good. 0, -ENOMEM, -EFBIG of more than 2 GiB, or -errno of reading. */
int source_want(struct source *source, size_t want);

/* Takes n of them. */
void source_take(struct source *source, size_t n);

void source_drop(struct source *source);

#endif
