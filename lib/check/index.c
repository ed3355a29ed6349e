/* SPDX-License-Identifier: MIT */
/* One walk over the tree: what the parts of a check know of its files without opening them. */
#include "check/part.h"

#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "core/err.h"
#include "core/str.h"
#include "core/tree_layout.h"

static int compare_names(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static int add(struct check_index *index, const FTSENT *entry, size_t top)
{
	const struct stat *st = entry->fts_statp;
	const char *path = entry->fts_path + top;
	struct check_file *file;

	if (index->n == CHECK_FILES_MAX)
		return -E2BIG;
	if (array_reserve(&index->files, &index->room, index->n + 1, sizeof(*index->files)) < 0)
		return -ENOMEM;
	file = &index->files[index->n];
	*file = (struct check_file){ .path = strdup(path + (*path == '/')),
				     .mode = st->st_mode,
				     .uid = st->st_uid,
				     .gid = st->st_gid,
				     .dev = st->st_dev,
				     .ino = st->st_ino,
				     .size = (uint64_t)st->st_size,
				     .mtime = st->st_mtime };
	if (!file->path)
		return -ENOMEM;
	index->n++;
	return 0;
}

static int take(struct check_index *index, const FTSENT *entry, size_t top)
{
	switch (entry->fts_info) {
	case FTS_DP:
		return 0; /* was seen before its contents */
	case FTS_DNR:	  /* comes after its FTS_D */
		index->files[index->n - 1].unreadable = true;
		return 0;
	case FTS_ERR:
	case FTS_NS:
		return entry->fts_errno == ENOENT ? 0 : -entry->fts_errno; /* gone meanwhile */
	}
	return add(index, entry, top);
}

int check_index_read(const char *tree, struct check_index *ret, struct err *err)
{
	char *const dirs[] = { (char *)tree, NULL }; /* fts_open's type; not written to */
	FTS *fts = fts_open(dirs, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, compare_names);
	FTSENT *entry = NULL;
	int r = 0;

	memset(ret, 0, sizeof(*ret));
	if (!fts)
		return err_set(err, errno, "cannot read %s", tree);
	do {
		errno = 0;
		entry = fts_read(fts);
		if (entry)
			r = take(ret, entry, strlen(tree));
		else if (errno)
			r = -errno;
		/* what is in it is of no tree yet */
		if (entry && entry->fts_level == 1 && str_eq(entry->fts_name, TREE_STAGING))
			(void)fts_set(fts, entry, FTS_SKIP); /* cannot fail */
		if (r < 0)
			(void)err_set(err, -r, "cannot read %s", entry ? entry->fts_path : tree);
	} while (entry && r == 0);
	(void)fts_close(fts); /* was only read */
	if (r < 0)
		check_index_free(ret);
	return r;
}

void check_index_free(struct check_index *index)
{
	for (size_t i = 0; i < index->n; i++)
		free(index->files[i].path);
	free(index->files);
	memset(index, 0, sizeof(*index));
}

/* Order of the walk: a slash comes before every other byte. */
static int compare_paths(const char *a, const char *b)
{
	for (; *a && *a == *b; a++, b++)
		;
	if (*a == '/' || *b == '/')
		return (*a == '/' ? 1 : *a ? 2 : 0) - (*b == '/' ? 1 : *b ? 2 : 0);
	return (unsigned char)*a - (unsigned char)*b;
}

/* The first file at or after path. */
static size_t lower_bound(const struct check_index *index, const char *path)
{
	size_t from = 0, to = index->n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (compare_paths(index->files[middle].path, path) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

void check_index_below(const struct check_index *index, const char *dir, size_t *ret_from,
		       size_t *ret_to)
{
	size_t n = strlen(dir), from = lower_bound(index, dir), to = from;

	while (to < index->n && strncmp(index->files[to].path, dir, n) == 0 &&
	       (!index->files[to].path[n] || index->files[to].path[n] == '/'))
		to++;
	if (from < to && !index->files[from].path[n])
		from++; /* the directory itself */
	*ret_from = from;
	*ret_to = to;
}

const struct check_file *check_index_find(const struct check_index *index, const char *path)
{
	size_t i = lower_bound(index, path);

	return i < index->n && str_eq(index->files[i].path, path) ? &index->files[i] : NULL;
}
