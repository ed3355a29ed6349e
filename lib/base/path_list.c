/* SPDX-License-Identifier: MIT */
/* Keeps and searches paths. */
#include "base/path_list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

int path_list_add(struct path_list *list, const char *path)
{
	if (array_reserve(&list->paths, &list->room, list->n + 1, sizeof(*list->paths)) < 0)
		return -ENOMEM;
	list->paths[list->n] = strdup(path);
	if (!list->paths[list->n])
		return -ENOMEM;
	list->n++;
	return 0;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void path_list_sort(struct path_list *list)
{
	size_t kept = 0;

	if (!list->n)
		return;
	qsort(list->paths, list->n, sizeof(*list->paths), compare);
	for (size_t i = 0; i < list->n; i++) {
		if (kept && strcmp(list->paths[kept - 1], list->paths[i]) == 0)
			free(list->paths[i]);
		else
			list->paths[kept++] = list->paths[i];
	}
	list->n = kept;
}

bool path_list_has(const struct path_list *list, const char *path)
{
	return list->n && bsearch(&path, list->paths, list->n, sizeof(*list->paths), compare);
}

void path_list_free(struct path_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->paths[i]);
	free(list->paths);
	memset(list, 0, sizeof(*list));
}
