/* SPDX-License-Identifier: MIT */
/* Arrays on the heap that grow: one way to make room. */
#ifndef BUSYPY_BASE_ARRAY_H
#define BUSYPY_BASE_ARRAY_H

#include <stddef.h>

/* Makes room for n elements of size each in all. array is the address of the pointer to them (NULL
 * for none yet), *room how many fit now; both are changed only on success. At least doubles what
 * there is. 0 or -ENOMEM. Caller frees the array. */
int array_reserve(void *array, size_t *room, size_t n, size_t each);

/* free(3) of what the pointer at array points to, for ARRAY_FREE. */
void array_free(void *array);

/* Frees an array when its scope ends: ARRAY_FREE struct foo *foos = NULL; */
#define ARRAY_FREE __attribute__((cleanup(array_free)))

#endif
