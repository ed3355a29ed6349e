/* SPDX-License-Identifier: MIT */
/* Counts the names that each file has in the version, and compares with stat(2). */
#include "export/disk_usage.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/folder.h"
#include "base/walk.h"
#include "core/err.h"

struct name {
	uint64_t dev, ino, links, size;
};

struct names {
	struct name *list;
	size_t n, room;
};

static void free_names(struct names *names)
{
	free(names->list);
}

static int note(const struct walk_entry *entry, struct err *err, void *ctx)
{
	const struct stat *st = entry->st;
	struct names *names = ctx;

	if (!S_ISREG(st->st_mode))
		return 0;
	if (array_reserve(&names->list, &names->room, names->n + 1, sizeof(*names->list)) < 0)
		return err_set(err, ENOMEM, "cannot look at %s", entry->path);
	names->list[names->n++] = (struct name){
		.dev = st->st_dev,
		.ino = st->st_ino,
		.links = st->st_nlink,
		.size = (uint64_t)st->st_size,
	};
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct name *x = a, *y = b;

	if (x->dev != y->dev)
		return x->dev < y->dev ? -1 : 1;
	return x->ino < y->ino ? -1 : x->ino > y->ino;
}

int version_disk_usage(const struct folder *version, uint64_t *ret_bytes, uint64_t *ret_shared,
		       struct err *err)
{
	__attribute__((cleanup(free_names))) struct names names = { 0 };
	uint64_t bytes = 0, shared = 0;
	int r = folder_walk(version, ".", &(struct walk){ .each = note, .ctx = &names }, err);

	if (r < 0)
		return r;
	if (names.n)
		qsort(names.list, names.n, sizeof(*names.list), compare);
	for (size_t i = 0, n; i < names.n; i += n) {
		for (n = 1; i + n < names.n && compare(&names.list[i], &names.list[i + n]) == 0;)
			n++;
		bytes += names.list[i].size;
		if (names.list[i].links > n)
			shared += names.list[i].size;
	}
	*ret_bytes = bytes;
	*ret_shared = shared;
	return 0;
}
