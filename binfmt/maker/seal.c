/* SPDX-License-Identifier: MIT */
/* Takes what is free in the pages of the image out of the hands of the allocators: what a script
 * makes then lies in pages of its own, instead of having one of the image copied for each small
 * object. What is taken here is never given back; nothing of it is touched either. */
#include <stdlib.h>

#include "maker.h"
#include "python.h"

enum {
	POOL = 16 << 10, /* pymalloc: objects of one size */
	POOL_HEAD = 48,
	SMALLEST = 16,
	LARGEST = 512,
	OBJECTS_MAX = 1 << 14, /* of a size; there are fewer holes */
	CHUNK_LARGEST = 64 << 10,
	CHUNK_LEAST = 24,
	CHUNK_FINE = 1040, /* above, bins are wide */
	CHUNKS_MAX = 1 << 14,
	BEYOND = 120000 /* more than any hole: from the top */
};

/* The first of a new pool, and no hole beside. */
static bool is_new_pool(const char *object)
{
	return ((uintptr_t)object & (POOL - 1)) == POOL_HEAD;
}

static void seal_objects(size_t size)
{
	for (unsigned i = 0; i < OBJECTS_MAX; i++) {
		char *object = PyObject_Malloc(size), *next, *after;

		if (!object || !is_new_pool(object))
			continue;
		next = PyObject_Malloc(size);
		after = PyObject_Malloc(size);
		if (next == object + size && after == next + size)
			return;
	}
}

/* Each chunk below is taken, from the largest on. */
static void seal_heap(void)
{
	const char *top = malloc(BEYOND);
	size_t size = CHUNK_LARGEST;

	while (top && size >= CHUNK_LEAST) {
		for (unsigned i = 0; i < CHUNKS_MAX; i++) {
			const char *chunk = malloc(size);

			if (!chunk || chunk > top)
				break;
		}
		size = size > CHUNK_FINE ? size / 2 : size - 16;
	}
}

void maker_seal(void)
{
	for (size_t size = SMALLEST; size <= LARGEST; size += SMALLEST)
		seal_objects(size);
	seal_heap();
}
