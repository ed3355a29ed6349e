/* SPDX-License-Identifier: MIT */
/* Growth by doubling, for all rooms that collect things. */
#include "base/array.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 32 };

int array_reserve(void *array, size_t *room, size_t n, size_t each)
{
	size_t wanted = *room <= SIZE_MAX / 2 ? *room * 2 : SIZE_MAX;
	void *elements, *moved;

	if (n <= *room)
		return 0;
	if (wanted < FIRST_ROOM)
		wanted = FIRST_ROOM;
	if (wanted < n)
		wanted = n;
	memcpy(&elements, array, sizeof(elements)); /* a pointer of whatever type */
	moved = reallocarray(elements, wanted, each);
	if (!moved)
		return -ENOMEM;
	memcpy(array, &moved, sizeof(moved));
	*room = wanted;
	return 0;
}

void array_free(void *array)
{
	void *elements;

	memcpy(&elements, array, sizeof(elements));
	free(elements);
}
