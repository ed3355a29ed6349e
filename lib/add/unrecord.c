/* SPDX-License-Identifier: MIT */
/* Each record is read, and written anew without the lines that told of what goes. */
#include "add/unrecord.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "add/going.h"
#include "add/inventory.h"
#include "base/exact.h"
#include "base/files.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/list_line.h"
#include "core/lock_line.h"
#include "core/manifest_line.h"
#include "core/package.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_layout.h"

/* Where a record is read. */
struct record_reading {
	const struct unrecord *unrecord;
	const struct arch *arch; /* NULL: what all share */
	bool skipping;		 /* the lock: the block of a package that goes */
};

/* False for a line that goes; it may be cut up. */
typedef bool keeps_fn(struct record_reading *reading, char *line);

static bool goes(const struct record_reading *reading, enum inventory_kind kind, const char *name,
		 bool any_arch)
{
	const struct inventory *all = reading->unrecord->all;

	for (size_t i = 0; i < all->n; i++) {
		const struct inventory_entry *entry = &all->entries[i];

		if (reading->unrecord->gone[i] && entry->kind == kind &&
		    (any_arch || entry->arch == reading->arch) && str_eq(entry->name, name))
			return true;
	}
	return false;
}

static bool keeps_listed(struct record_reading *reading, char *text)
{
	struct list_line line;

	return list_line_parse(text, &line) < 0 ||
	       !goes(reading, line.kind == LIST_OWN ? INVENTORY_OWN : INVENTORY_DEBIAN, line.name,
		     false);
}

static bool keeps_package(struct record_reading *reading, char *text)
{
	struct package package;

	return package_parse(text, strlen(text), &package, NULL) != 1 ||
	       !goes(reading, INVENTORY_DEBIAN, package.name, false);
}

static bool keeps_need(struct record_reading *reading, char *text)
{
	text[strcspn(text, " ")] = '\0';
	return !goes(reading, INVENTORY_DEBIAN, text, false);
}

/* A manifest has paths of the view. */
static bool keeps_file(struct record_reading *reading, char *text)
{
	struct manifest_line line;
	char path[PATH_SIZE];
	int r;

	if (manifest_line_parse(text, &line) < 0)
		return true;
	if (str_starts(line.path, "/lib/"))
		r = files_path(path, NULL, TREE_CLIB_OF "%s", reading->arch->name, line.path + 4);
	else
		r = files_path(path, NULL, TREE_PYTHON_OF "%s", reading->arch->name, line.path);
	return r < 0 || !going_has(reading->unrecord->going, path);
}

/* What was wanted, and the block of each package that goes. */
static bool keeps_locked(struct record_reading *reading, char *text)
{
	struct lock_line line;
	char name[LOCK_NAME_MAX];

	if (lock_line_parse(text, &line, NULL) != 1)
		return true;
	if (line.word == LOCK_WANT_DEBIAN)
		return !goes(reading, INVENTORY_DEBIAN, line.name, true);
	if (line.word == LOCK_WANT_WHEEL)
		return lock_name_of(line.text, name) < 0 ||
		       !goes(reading, INVENTORY_WHEEL, name, true);
	if (line.word == LOCK_PACKAGE)
		reading->skipping = goes(reading, INVENTORY_WHEEL, line.name, true);
	return !reading->skipping;
}

/* -- one record ----------------------------------------------------------------------------- */

/* Copies the lines that stay; *ret_all says whether those are all. */
static int filter(struct record_reading *reading, const char *text, keeps_fn *keeps, FILE *out,
		  bool *ret_all)
{
	*ret_all = true;
	for (const char *at = text; *at;) {
		size_t n = strcspn(at, "\n");
		FILES_FREE char *line = strndup(at, n);

		if (!line)
			return -ENOMEM;
		if (keeps(reading, line))
			(void)fprintf(out, "%.*s\n", (int)n, at);
		else
			*ret_all = false;
		at += n + (at[n] == '\n');
	}
	return 0;
}

static int filter_text(struct record_reading *reading, const char *text, keeps_fn *keeps,
		       char **ret, bool *ret_all)
{
	size_t n;
	FILE *out = open_memstream(ret, &n);
	int r = out ? filter(reading, text, keeps, out, ret_all) : -ENOMEM;

	return !out || fclose(out) != 0 ? -ENOMEM : r;
}

/* True if only comments are left. */
static bool is_empty(const char *text)
{
	while (*text == '#') {
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return !*text;
}

static int rewrite(struct record_reading *reading, const char *name, keeps_fn *keeps,
		   struct err *err)
{
	const struct unrecord *unrecord = reading->unrecord;
	FILES_FREE char *text = NULL, *kept = NULL;
	char path[PATH_SIZE];
	size_t n;
	bool all = true;
	int r = files_path(path, err, "%s/%s", unrecord->tree, name);

	if (r < 0 || !exact_exists(path))
		return r;
	r = exact_read(path, &text, &n, err);
	if (r < 0)
		return r;
	if (filter_text(reading, text, keeps, &kept, &all) < 0)
		return err_set(err, ENOMEM, "cannot write %s", path);
	if (all)
		return 0;
	if (is_empty(kept))
		return going_add(unrecord->empty, name, err);
	r = files_path(path, err, "%s/%s", unrecord->build, name);
	if (r == 0)
		r = exact_mkdirs_for(path, err);
	return r < 0 ? r : exact_write(path, kept, strlen(kept), 0644, err);
}

/* -- all of them ---------------------------------------------------------------------------- */

static int rewrite_arch(struct record_reading *reading, struct err *err)
{
	static const struct {
		const char *name; /* in etc/busypy/ARCH */
		keeps_fn *keeps;
	} parts[] = { { "files", keeps_listed },
		      { "added", keeps_package },
		      { "needs", keeps_need },
		      { "manifest", keeps_file } };
	char name[PATH_SIZE];

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		int r = files_path(name, err, TREE_INFO_OF "/%s", reading->arch->name,
				   parts[i].name);

		if (r == 0)
			r = rewrite(reading, name, parts[i].keeps, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* A package's licence was written when it was added. */
static int drop_licences(const struct unrecord *unrecord, struct err *err)
{
	char path[PATH_SIZE];

	for (size_t i = 0; i < unrecord->all->n; i++) {
		const struct inventory_entry *entry = &unrecord->all->entries[i];
		int r;

		/* what is only named by others may be a package that was staged */
		if (!unrecord->gone[i] || entry->kind != INVENTORY_DEBIAN || !entry->version[0])
			continue;
		r = files_path(path, err, TREE_INFO_OF "/licences/%s", entry->arch->name,
			       entry->name);
		if (r == 0)
			r = going_add(unrecord->empty, path, err);
		if (r < 0)
			return r;
	}
	return 0;
}

int unrecord_all(const struct unrecord *unrecord, struct err *err)
{
	struct record_reading reading = { .unrecord = unrecord };
	size_t n;
	const struct arch *archs = arch_table(&n);
	int r = rewrite(&reading, TREE_FILES, keeps_listed, err);

	if (r == 0)
		r = rewrite(&reading, TREE_LOCK, keeps_locked, err);
	for (size_t i = 0; r == 0 && i < n; i++) {
		reading.arch = &archs[i];
		r = rewrite_arch(&reading, err);
	}
	return r < 0 ? r : drop_licences(unrecord, err);
}
