/* SPDX-License-Identifier: MIT */
/* A line for each file of what was placed, with the sum that it has in the tree. */
#include "add/lists.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "add/add.h"
#include "add/work.h"
#include "base/exact.h"
#include "base/files.h"
#include "base/walk.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/list_line.h"
#include "core/package.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "source/owners.h"
#include "source/source.h"
#include "stage/manifest.h"
#include "stage/runtime_info.h"
#include "stage/transaction.h"

enum { LINE_SIZE = 8 * PATH_SIZE + 128, PATH_WORD = 3 };

/* The items of one runtime, or (NULL) what all share. */
struct listing {
	const struct add *add;
	const struct add_runtime *runtime;
	const struct add_item *item;
	size_t top; /* bytes of a path that are the item's own place */
	FILE *out;
};

/* What a file or a folder that somebody named is called: "tool" for bin/tool and bin/tool.py. */
static void name_own(const char *to, char ret[PATH_SIZE])
{
	const char *base = path_base(to);
	size_t n = strlen(base);

	if (str_starts(to, TREE_SITE "/") && str_ends(base, ".py"))
		n -= strlen(".py");
	else if (strstr(base, ".cpython-") || str_ends(base, ".abi3.so"))
		n = strcspn(base, ".");
	(void)str_copy_bytes(ret, PATH_SIZE, base, n); /* as large */
}

/* Whose a file is: Debian's package that has it in source, or else what was named. */
static enum list_kind find_owner(const struct listing *listing, const char *below,
				 char ret[PATH_SIZE])
{
	const struct add_item *item = listing->item;
	const struct owners *owners = listing->runtime ? listing->runtime->source->owners : NULL;
	const char *sign = strchr(item->from, '=');
	const struct package *package = NULL;
	char source[PATH_SIZE];

	if (owners && files_path(source, NULL, "%s%s", item->source, below) == 0)
		package = owners_find(owners, source);
	if (package) {
		(void)str_copy(ret, PATH_SIZE, package->name); /* fits */
		return LIST_DEBIAN;
	}
	if (owners && sign && item->from[0] != '/') {
		(void)str_copy_bytes(ret, PATH_SIZE, item->from, (size_t)(sign - item->from));
		return LIST_DEBIAN;
	}
	name_own(item->to, ret);
	return LIST_OWN;
}

static int print_file(const struct walk_entry *entry, struct err *err, void *ctx)
{
	const struct listing *listing = ctx;
	const char *below = entry->path + listing->top;
	char name[PATH_SIZE], path[PATH_SIZE], sum[65] = "link", line[LINE_SIZE];
	struct list_line of = { .sum = sum, .name = name, .path = path };
	uint64_t size;
	int r;

	if (S_ISDIR(entry->st->st_mode) || strstr(below, "/__pycache__/"))
		return 0;
	of.kind = find_owner(listing, below, name);
	r = files_path(path, err, "%s%s", listing->item->to, below);
	if (r == 0 && S_ISREG(entry->st->st_mode))
		r = exact_sum(entry->path, sum, &size, err);
	if (r < 0)
		return r;
	r = list_line_format(&of, line, sizeof(line));
	if (r < 0)
		return err_set(err, -r, "cannot list %s", path);
	(void)fprintf(listing->out, "%s\n", line);
	return 0;
}

static int print_item(struct listing *listing, struct err *err)
{
	char path[PATH_SIZE];
	int r = files_path(path, err, "%s/%s", listing->add->build, listing->item->to);

	if (r < 0)
		return r;
	listing->top = strlen(path);
	return exact_walk(path, &(struct walk){ .each = print_file, .ctx = listing }, err);
}

/* True if what stood at path before went when the items were placed. */
static bool is_replaced(const struct listing *listing, const char *path)
{
	for (size_t i = 0; i < listing->add->items->n; i++) {
		const struct add_item *item = &listing->add->items->items[i];

		if (item->state == ADD_REPLACES && !listing->add->request->debian &&
		    path_below(path, item->to))
			return true;
	}
	return false;
}

/* The lines of the old list that still hold. */
static int print_old(const struct listing *listing, const char *old, struct err *err)
{
	FILES_FREE char *text = NULL;
	size_t n;
	int r = exact_exists(old) ? exact_read(old, &text, &n, err) : 0;

	for (char *at = text; r == 0 && at && *at;) {
		size_t length = strcspn(at, "\n");
		bool ended = at[length] == '\n';
		char line[LINE_SIZE];
		struct list_line of;

		if (str_copy_bytes(line, sizeof(line), at, length) == 0 &&
		    list_line_parse(line, &of) == 0 && !is_replaced(listing, of.path))
			(void)fprintf(listing->out, "%.*s\n", (int)length, at);
		at += length + ended;
	}
	return r;
}

static int print_new(struct listing *listing, struct err *err)
{
	const struct add_items *items = listing->add->items;
	const struct arch *arch = listing->runtime ? listing->runtime->info->arch : NULL;

	for (size_t i = 0; i < items->n; i++) {
		int r;

		listing->item = &items->items[i];
		if (listing->item->arch != arch || listing->item->state == ADD_SAME ||
		    listing->item->packed)
			continue;
		r = print_item(listing, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* The text of what is new, or (old: the list in the tree) of what stays; the caller frees it. */
static int print_whole(struct listing *listing, const char *old, char **ret, struct err *err)
{
	size_t n;
	int r;

	listing->out = open_memstream(ret, &n);
	if (!listing->out)
		return err_set(err, ENOMEM, "cannot list what was added");
	r = old ? print_old(listing, old, err) : print_new(listing, err);
	if (fclose(listing->out) != 0 && r == 0)
		r = err_set(err, ENOMEM, "cannot list what was added");
	listing->out = NULL;
	return r;
}

/* name: of the list, in the tree. */
static int write_list(const struct add *add, const struct add_runtime *runtime, const char *name,
		      struct err *err)
{
	struct listing listing = { .add = add, .runtime = runtime };
	FILES_FREE char *fresh = NULL, *kept = NULL;
	char old[PATH_SIZE], path[PATH_SIZE], before[PATH_SIZE];
	int r = files_path(old, err, "%s/%s", add->tree, name);

	if (r == 0)
		r = files_path(path, err, "%s/%s", add->build, name);
	if (r == 0)
		r = files_path(before, err, "%s/kept", add->transaction->build);
	if (r == 0)
		r = print_whole(&listing, NULL, &fresh, err);
	if (r == 0)
		r = print_whole(&listing, old, &kept, err);
	if (r < 0 || (!*fresh && !exact_exists(old)))
		return r;
	r = exact_write(before, kept, strlen(kept), 0644, err);
	if (r == 0)
		r = exact_mkdirs_for(path, err);
	if (r == 0)
		r = manifest_merge(before, fresh, PATH_WORD, path, err);
	return r < 0 ? r : exact_remove(before, err);
}

int add_lists(struct add *add, struct err *err)
{
	char name[PATH_SIZE];
	int r = write_list(add, NULL, TREE_FILES, err);

	for (size_t i = 0; r == 0 && i < add->n_runtimes; i++) {
		const struct arch *arch = add->runtimes[i].info->arch;

		if (!add_runtime_changes(add, arch))
			continue;
		r = files_path(name, err, TREE_FILES_OF, arch->name);
		if (r == 0)
			r = write_list(add, &add->runtimes[i], name, err);
	}
	return r;
}
