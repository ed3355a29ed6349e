/* SPDX-License-Identifier: MIT */
/* A list of paths on the heap, which can be searched once it is sorted. */
#ifndef BUSYPY_BASE_PATH_LIST_H
#define BUSYPY_BASE_PATH_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct path_list {
	char **paths;
	size_t n, room;
};

/* Copies a path to the end. -ENOMEM. */
int path_list_add(struct path_list *list, const char *path);

/* In the order of bytes, each once. */
void path_list_sort(struct path_list *list);

/* True if a sorted list has it. */
bool path_list_has(const struct path_list *list, const char *path);

/* Frees it; it is empty then. For PATH_LIST_FREE struct path_list list = { 0 }; */
void path_list_free(struct path_list *list);
#define PATH_LIST_FREE __attribute__((cleanup(path_list_free)))

#endif
