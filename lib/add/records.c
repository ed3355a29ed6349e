/* SPDX-License-Identifier: MIT */
/* Adds to etc/busypy/<arch> what staging writes there: manifest, licences, and in "added" what it
 * has in "packages"; lists which files belong to what. */
#include "add/records.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "add/add.h"
#include "add/lists.h"
#include "add/lock.h"
#include "add/needs.h"
#include "add/work.h"
#include "base/exact.h"
#include "base/files.h"
#include "base/path_list.h"
#include "base/sysroot.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/manifest_line.h"
#include "core/package.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "source/owners.h"
#include "source/source.h"
#include "stage/copy.h"
#include "stage/manifest.h"
#include "stage/runtime_info.h"
#include "stage/transaction.h"

/* True for a line of a manifest whose file leaves with an old version. */
static bool leaves(const struct add *add, const struct runtime_info *info, const char *text,
		   size_t n)
{
	FILES_FREE char *line = strndup(text, n);
	struct manifest_line parsed;
	char path[PATH_SIZE];

	return line && manifest_line_parse(line, &parsed) == 0 &&
	       files_path(path, NULL, TREE_PYTHON_OF "%s", info->arch->name, parsed.path) == 0 &&
	       path_list_has(add->leaving, path);
}

/* A copy of the manifest without those lines, in the workspace. */
static int drop_leaving(const struct add *add, const struct runtime_info *info, char old[PATH_SIZE],
			struct err *err)
{
	FILES_FREE char *text = NULL, *kept = NULL;
	size_t n, n_kept;
	FILE *out;
	int r = exact_read(old, &text, &n, err);

	if (r < 0)
		return r;
	out = open_memstream(&kept, &n_kept);
	if (!out)
		return err_set(err, ENOMEM, "cannot write %s", old);
	for (const char *at = text; *at;) {
		size_t length = strcspn(at, "\n");

		if (!leaves(add, info, at, length))
			(void)fprintf(out, "%.*s\n", (int)length, at);
		at += length + (at[length] == '\n');
	}
	if (fclose(out) != 0)
		return err_set(err, ENOMEM, "cannot write %s", old);
	r = files_path(old, err, "%s/manifest.%s", add->transaction->build, info->arch->name);
	return r < 0 ? r : exact_write(old, kept, n_kept, 0644, err);
}

static int write_manifest(const struct add *add, size_t which, struct err *err)
{
	static const struct owners none;
	const struct runtime_info *info = add->runtimes[which].info;
	const struct owners *owners = add->runtimes[which].source->owners;
	FILES_FREE char *text = NULL;
	char old[PATH_SIZE], path[PATH_SIZE];
	int r = files_path(old, err, "%s/manifest", info->records);

	if (r < 0)
		return r;
	if (add->leaving->n && exact_exists(old))
		r = drop_leaving(add, info, old, err);
	if (r < 0)
		return r;
	r = files_path(path, err, "%s/" TREE_INFO_OF "/manifest", add->build, info->arch->name);
	if (r < 0)
		return r;
	r = exact_mkdirs_for(path, err);
	if (r < 0)
		return r;
	r = manifest_text(add->runtimes[which].manifest, owners ? owners : &none, "file", &text,
			  err);
	if (r < 0)
		return r;
	return manifest_merge(old, text, 2, path, err);
}

/* True if any file of the package came into the tree. */
static bool is_taken(const struct add *add, size_t which, size_t package)
{
	const struct owners *owners = add->runtimes[which].source->owners;

	for (size_t i = 0; i < add->items->n; i++) {
		const struct add_item *item = &add->items->items[i];
		const char *source =
			str_starts(item->source, "/usr/") ? item->source + 4 : item->source;

		for (size_t j = 0;
		     item->arch == add->runtimes[which].info->arch && j < owners->n_files; j++) {
			if (owners->files[j].package == package &&
			    path_below(owners->files[j].path, source))
				return true;
		}
	}
	return false;
}

static int take_licence(const struct add *add, size_t which, const char *name, struct err *err)
{
	char dir[PATH_SIZE], from[PATH_SIZE], real[PATH_SIZE];
	struct copy copy = { .root = add->runtimes[which].source->root, .to = dir };
	int r = files_path(dir, err, "%s/" TREE_INFO_OF "/licences", add->build,
			   add->runtimes[which].info->arch->name);

	if (r < 0)
		return r;
	r = files_path(from, err, "/usr/share/doc/%s/copyright", name);
	if (r < 0 || sysroot_find(copy.root, from, real) < 0)
		return r;
	return copy_file(&copy, from, name, err);
}

/* The packages of which something was taken, and their licences. */
static int print_packages(const struct add *add, size_t which, FILE *out, struct err *err)
{
	const struct owners *owners = add->runtimes[which].source->owners;
	char line[6 * PACKAGE_WORD_MAX];

	for (size_t i = 0; i < owners->n_packages; i++) {
		int r;

		if (!is_taken(add, which, i))
			continue;
		r = package_format(&owners->packages[i], line, sizeof(line));
		if (r < 0)
			return err_set(err, -r, "cannot list %s", owners->packages[i].name);
		(void)fprintf(out, "%s\n", line);
		r = take_licence(add, which, owners->packages[i].name, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int write_packages(const struct add *add, size_t which, struct err *err)
{
	const struct runtime_info *info = add->runtimes[which].info;
	FILES_FREE char *text = NULL;
	char old[PATH_SIZE], path[PATH_SIZE];
	size_t n;
	FILE *out;
	int r = files_path(old, err, "%s/added", info->records);

	if (r < 0)
		return r;
	r = files_path(path, err, "%s/" TREE_INFO_OF "/added", add->build, info->arch->name);
	if (r < 0)
		return r;
	out = open_memstream(&text, &n);
	if (!out)
		return err_set(err, ENOMEM, "cannot list the packages");
	r = print_packages(add, which, out, err);
	if (fclose(out) != 0 && r == 0)
		r = err_set(err, ENOMEM, "cannot list the packages");
	if (r < 0)
		return r;
	return manifest_merge(old, text, 1, path, err);
}

int add_records(struct add *add, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < add->n_runtimes; i++) {
		if (!add_runtime_changes(add, add->runtimes[i].info->arch))
			continue;
		r = write_manifest(add, i, err);
		if (r < 0)
			return r;
		if (add->runtimes[i].source->owners)
			r = write_packages(add, i, err);
		if (r == 0)
			r = add_needs(add, i, err);
		if (r < 0)
			return r;
	}
	r = add_lists(add, err);
	return r < 0 ? r : add_lock(add, err);
}
