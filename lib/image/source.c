/* SPDX-License-Identifier: MIT */
/* One block that grows to what is wanted at once. */
#include "image/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "sys/fd.h"

enum { BLOCK = 256 * 1024 };

/* Bytes: an image lies in memory beside what is unpacked of it. Devices and holes have no end. */
static const uint64_t source_max = 2ULL << 30;

int source_want(struct source *source, size_t want)
{
	ssize_t n;

	if (source->n >= want || source->is_at_end)
		return 0;
	if (source->n)
		memmove(source->block, source->bytes, source->n);
	source->bytes = source->block;
	if (array_reserve(&source->block, &source->room, want > BLOCK ? want : BLOCK, 1) < 0)
		return -ENOMEM;
	source->bytes = source->block;
	n = fd_read_all(source->fd, source->block + source->n, source->room - source->n);
	if (n < 0)
		return (int)n;
	source->is_at_end = (size_t)n < source->room - source->n;
	source->n += (size_t)n;
	return source->at + source->n > source_max ? -EFBIG : 0;
}

void source_take(struct source *source, size_t n)
{
	source->bytes += n;
	source->n -= n;
	source->at += n;
}

void source_drop(struct source *source)
{
	free(source->block);
	source->block = NULL;
}
