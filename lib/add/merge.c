/* SPDX-License-Identifier: MIT */
/* Divides folders until each item is one wheel's. */
#include "add/merge.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "add/add.h"
#include "add/items.h"
#include "add/work.h"
#include "base/exact.h"
#include "base/files.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"

/* Whose folder is divided. */
struct dividing {
	struct add *add;
	const char *to, *from;
	const struct arch *arch;
};

static bool is_folder(const char *path)
{
	struct stat st;

	return exact_stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* .pyc files are made anew. */
static int not_cache(const struct dirent *entry)
{
	return !str_eq(entry->d_name, "__pycache__");
}

static int note_child(const char *dir, const char *name, struct err *err, void *ctx)
{
	const struct dividing *dividing = ctx;
	char to[PATH_SIZE], source[PATH_SIZE];
	int r = files_path(to, err, "%s/%s", dividing->to, name);

	if (r < 0)
		return r;
	r = files_path(source, err, "%s/%s", dir, name);
	if (r < 0)
		return r;
	return add_merge_note(dividing->add, to, source, dividing->from, dividing->arch, err);
}

static int note_children(struct add *add, const char *to, const char *source, const char *from,
			 const struct arch *arch, struct err *err)
{
	struct dividing dividing = { .add = add, .to = to, .from = from, .arch = arch };

	return exact_each_name(
		source,
		&(struct files_names){ .select = not_cache, .each = note_child, .ctx = &dividing },
		err);
}

static void free_item(struct add_item *item)
{
	free(item->to);
	free(item->from);
	free(item->source);
}

int add_merge_split(struct add *add, size_t which, struct err *err)
{
	struct add_items *items = add->items;
	struct add_item item = items->items[which];
	int r;

	items->n--;
	memmove(&items->items[which], &items->items[which + 1],
		(items->n - which) * sizeof(*items->items));
	r = note_children(add, item.to, item.source, item.from, item.arch, err);
	free_item(&item);
	return r;
}

static bool same_bytes(const char *one, const char *other)
{
	char sums[2][65];
	uint64_t sizes[2];

	return exact_sum(one, sums[0], &sizes[0], NULL) == 0 &&
	       exact_sum(other, sums[1], &sizes[1], NULL) == 0 && sizes[0] == sizes[1] &&
	       str_eq(sums[0], sums[1]);
}

/* The item of that path; items->n without one. *ret_below: some are below it. */
static size_t find(const struct add_items *items, const char *to, bool *ret_below)
{
	size_t found = items->n;

	*ret_below = false;
	for (size_t i = 0; i < items->n; i++) {
		if (str_eq(items->items[i].to, to))
			found = i;
		else if (path_below(items->items[i].to, to))
			*ret_below = true;
	}
	return found;
}

int add_merge_note(struct add *add, const char *to, const char *source, const char *from,
		   const struct arch *arch, struct err *err)
{
	struct add_items *items = add->items;
	bool below, folder = is_folder(source);
	size_t which = find(items, to, &below);
	int r;

	if (which == items->n && below && folder)
		return note_children(add, to, source, from, arch, err);
	if (which == items->n && below)
		return err_say(err, EEXIST, "%s: %s is a folder of another one", from, to);
	if (which < items->n && items->items[which].merges) {
		if (!folder && same_bytes(items->items[which].source, source))
			return 0;
		if (folder && is_folder(items->items[which].source)) {
			r = add_merge_split(add, which, err);
			return r < 0 ? r : note_children(add, to, source, from, arch, err);
		}
	}
	r = add_item_note_packed(add, to, source, from, arch, err);
	if (r == 0)
		items->items[items->n - 1].merges = true;
	return r;
}
