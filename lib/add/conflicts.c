/* SPDX-License-Identifier: MIT */
/* Compares what is added with what the tree has, byte by byte; __pycache__ does not count. */
#include "add/conflicts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "add/add.h"
#include "add/dist.h"
#include "add/going.h"
#include "add/merge.h"
#include "add/upgrade.h"
#include "add/wheel_data.h"
#include "add/work.h"
#include "base/exact.h"
#include "base/files.h"
#include "base/path_list.h"
#include "base/sysroot.h"
#include "base/walk.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "stage/transaction.h"

/* A walk over one directory, compared with another. */
struct comparing {
	const char *other;
	size_t top;   /* bytes of a path that are the walk's own start */
	bool missing; /* the other lacks a file */
	bool differs; /* the other has one with other bytes */
	size_t n_files;
	uint64_t size;
};

static int same_bytes(const char *one, const char *other, bool *ret, struct err *err)
{
	char sums[2][65];
	uint64_t sizes[2];
	int r = exact_sum(one, sums[0], &sizes[0], err);

	if (r < 0)
		return r;
	r = exact_sum(other, sums[1], &sizes[1], err);
	if (r == 0)
		*ret = sizes[0] == sizes[1] && str_eq(sums[0], sums[1]);
	return r;
}

static int same_target(const char *one, const char *other, bool *ret, struct err *err)
{
	char targets[2][PATH_SIZE];
	int r = exact_readlink(one, targets[0]);

	if (r < 0)
		return err_set(err, -r, "cannot read %s", one);
	r = exact_readlink(other, targets[1]);
	if (r < 0)
		return err_set(err, -r, "cannot read %s", other);
	*ret = str_eq(targets[0], targets[1]);
	return 0;
}

static int compare_one(const struct walk_entry *entry, struct err *err, void *ctx)
{
	const char *path = entry->path;
	const struct stat *st = entry->st;
	struct comparing *comparing = ctx;
	char other[PATH_SIZE];
	struct stat there;
	bool same = false;
	int r = files_path(other, err, "%s%s", comparing->other, path + comparing->top);

	if (r < 0 || strstr(path + comparing->top, "/__pycache__"))
		return r;
	if (!S_ISDIR(st->st_mode)) {
		comparing->n_files++;
		comparing->size += (uint64_t)st->st_size;
	}
	r = exact_stat(other, &there);
	if (r < 0) {
		comparing->missing = true;
		return r == -ENOENT || r == -ENOTDIR || r == -ELOOP ? 0
								    : err_set(err, -r, "%s", other);
	}
	if (S_ISDIR(st->st_mode) && S_ISDIR(there.st_mode))
		return 0;
	if (S_ISREG(st->st_mode) && S_ISREG(there.st_mode) &&
	    !(st->st_mode & 0111) == !(there.st_mode & 0111))
		r = same_bytes(path, other, &same, err);
	else if (S_ISLNK(st->st_mode) && S_ISLNK(there.st_mode))
		r = same_target(path, other, &same, err);
	comparing->differs = comparing->differs || !same;
	return r;
}

static int compare(const char *path, const char *other, struct comparing *ret, struct err *err)
{
	*ret = (struct comparing){ .other = other, .top = strlen(path) };
	return exact_walk(path, &(struct walk){ .each = compare_one, .ctx = ret }, err);
}

/* A package of the tree is replaced as a whole, Debian's packages may share a directory. */
static bool is_whole(const struct add *add, const struct add_item *item)
{
	return item->state == ADD_NEW || !add->request->debian;
}

static int refuse(const struct add *add, const struct add_item *item, struct err *err)
{
	if (path_list_has(add->edited, item->to))
		return err_say(err, EEXIST,
			       "%s has been edited since it was added (Hint: --force replaces it)",
			       item->to);
	return err_say(
		err, EEXIST,
		"%s is in the tree already, and is another than %s (Hint: --force replaces it)",
		item->to, item->from);
}

/* NAME.py where there is a package NAME, or the other way round. */
static int check_name(const struct add *add, const struct add_item *item, struct err *err)
{
	char other[PATH_SIZE], there[PATH_SIZE];
	size_t n = strlen(item->to);
	int r;

	if (str_starts(item->to, "bin/") || wheel_data_is(item) ||
	    (add->request->flags & ADD_FORCE))
		return 0;
	if (str_ends(item->to, ".py"))
		r = files_path(other, err, "%.*s", (int)(n - strlen(".py")), item->to);
	else
		r = files_path(other, err, "%s.py", item->to);
	if (r < 0)
		return r;
	r = files_path(there, err, "%s/%s", add->tree, other);
	if (r < 0 || !exact_exists(there) || add_upgrade_leaves(add, other))
		return r;
	return err_say(err, EEXIST,
		       "%s is in the tree already, and Python imports only one of it and %s (Hint: "
		       "--force adds it all the same)",
		       other, item->to);
}

/* Metadata of what the tree has already: how it came there stays as it was. */
static bool is_known(const struct add *add, const struct add_item *item)
{
	for (size_t i = 0; i < add->dists->n; i++) {
		if (add->dists->dists[i].same && str_eq(add->dists->dists[i].info, item->to))
			return true;
	}
	return false;
}

static bool is_folder(const char *path)
{
	struct stat st;

	return exact_stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Of a wheel's files those that the tree has are left alone, whatever else lies beside them; a
 * folder that is an old version's alone goes as a whole. 1: it has to be divided. */
static int check_merging(struct add *add, struct add_item *item, const char *path,
			 const char *there, const struct comparing *ours, struct err *err)
{
	if (is_known(add, item) || (!ours->missing && !ours->differs)) {
		item->state = ADD_SAME;
		return exact_remove(path, err);
	}
	if (add_upgrade_leaves(add, item->to))
		return 0;
	if (is_folder(path) && is_folder(there))
		return 1;
	return add->request->flags & ADD_FORCE ? 0 : refuse(add, item, err);
}

static int check_standing(struct add *add, struct add_item *item, const char *path,
			  const char *there, const struct comparing *ours, struct err *err)
{
	struct comparing theirs = { 0 };
	int r = is_whole(add, item) ? compare(there, path, &theirs, err) : 0;

	if (r < 0)
		return r;
	if (!ours->missing && !ours->differs && !theirs.missing) {
		item->state = ADD_SAME;
		return exact_remove(path, err);
	}
	if ((ours->differs || is_whole(add, item)) && !(add->request->flags & ADD_FORCE))
		return refuse(add, item, err);
	return 0;
}

/* 1: the item has to be divided. */
static int check_item(struct add *add, struct add_item *item, struct err *err)
{
	struct comparing ours;
	char path[PATH_SIZE], there[PATH_SIZE];
	int r = files_path(path, err, "%s/%s", add->build, item->to);

	if (r < 0)
		return r;
	r = files_path(there, err, "%s/%s", add->tree, item->to);
	if (r == 0 && wheel_data_is(item))
		r = wheel_data_check(add, item, err);
	if (r < 0)
		return r;
	r = compare(path, there, &ours, err);
	if (r < 0)
		return r;
	item->n_files = ours.n_files;
	item->size = ours.size;
	item->state = exact_exists(there) ? ADD_REPLACES : ADD_NEW;
	if (item->state == ADD_NEW)
		return check_name(add, item, err);
	return item->merges ? check_merging(add, item, path, there, &ours, err)
			    : check_standing(add, item, path, there, &ours, err);
}

int add_conflicts_check(struct add *add, bool *ret_any, struct err *err)
{
	int r = add_upgrade_find(add, err);

	*ret_any = false;
	for (size_t i = 0; r == 0 && i < add->items->n;) {
		r = check_item(add, &add->items->items[i], err);
		if (r > 0) {
			r = add_merge_split(add, i, err);
			continue;
		}
		*ret_any = *ret_any || add->items->items[i].state != ADD_SAME;
		i++;
	}
	if (r == 0)
		r = add_upgrade_settle(add, err);
	*ret_any = *ret_any || add->going->n;
	return r;
}

static void list_items(const struct add *add, bool libraries, FILE *out)
{
	for (size_t i = 0; i < add->items->n; i++) {
		const struct add_item *item = &add->items->items[i];

		if (str_starts(item->to, TREE_CLIB "/") == libraries && item->state != ADD_SAME &&
		    is_whole(add, item))
			(void)fprintf(out, "%s%c", item->to, '\0');
	}
}

/* Writes a list of the transaction. */
static int write_list(const struct add *add, const char *name, const char *text, size_t n,
		      struct err *err)
{
	char path[PATH_SIZE];
	int r = files_path(path, err, "%s/%s", add->transaction->build, name);

	return r < 0 ? r : exact_write(path, text, n, 0644, err);
}

static int list_going(struct add *add, struct err *err)
{
	FILES_FREE char *text = NULL;
	size_t n;
	FILE *out = add->going->n ? open_memstream(&text, &n) : NULL;

	if (!add->going->n)
		return 0;
	if (!out)
		return err_set(err, ENOMEM, "cannot add to %s", add->tree);
	for (size_t i = 0; i < add->going->n; i++)
		(void)fprintf(out, "%s%c", add->going->paths[i], '\0');
	if (fclose(out) != 0)
		return err_set(err, ENOMEM, "cannot add to %s", add->tree);
	return write_list(add, "gone", text, n, err);
}

int add_conflicts_list(struct add *add, struct err *err)
{
	FILES_FREE char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);
	int r;

	if (!out)
		return err_set(err, ENOMEM, "cannot add to %s", add->tree);
	list_items(add, true, out);
	list_items(add, false, out);
	if (fclose(out) != 0)
		return err_set(err, ENOMEM, "cannot add to %s", add->tree);
	r = write_list(add, "whole", text, n, err);
	return r < 0 ? r : list_going(add, err);
}
