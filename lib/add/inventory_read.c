/* SPDX-License-Identifier: MIT */
/* Reads the lists, and what stands beside them, of each arch and of what all share. */
#include "add/inventory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "add/inventory_parts.h"
#include "base/exact.h"
#include "base/files.h"
#include "core/arch.h"
#include "core/dep5.h"
#include "core/err.h"
#include "core/list_line.h"
#include "core/package.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_layout.h"

static int take_listed(const struct inventory_reading *reading, char *text, struct err *err)
{
	struct inventory_entry *entry;
	struct list_line line;

	if (list_line_parse(text, &line) < 0)
		return err_say(err, EINVAL, "not a line of a list of files");
	entry = inventory_entry(reading->inventory,
				line.kind == LIST_DEBIAN ? INVENTORY_DEBIAN : INVENTORY_OWN,
				line.name, reading->arch);
	if (!entry)
		return -ENOMEM;
	if (line.kind == LIST_OWN) {
		entry->wanted = true;
		if (!entry->from[0] && inventory_set(&entry->from, "file") < 0)
			return -ENOMEM;
	}
	return inventory_add_file(entry, line.path, line.sum);
}

/* -- Debian --------------------------------------------------------------------------------- */

/* The licence of most of its files, where the package says it so that a program can read it. */
static int take_licence(const struct inventory_reading *reading, struct inventory_entry *entry)
{
	FILES_FREE char *text = NULL;
	char path[PATH_SIZE], licence[128];
	size_t n;

	if (files_path(path, NULL, "%s/" TREE_INFO_OF "/licences/%s", reading->tree,
		       reading->arch->name, entry->name) < 0 ||
	    exact_read(path, &text, &n, NULL) < 0 ||
	    dep5_licence(text, n, licence, sizeof(licence)) < 0)
		return 0;
	return inventory_set(&entry->licence, licence);
}

static int take_package(const struct inventory_reading *reading, char *text, struct err *err)
{
	char from[PACKAGE_WORD_MAX + 16] = "debian:";
	struct inventory_entry *entry;
	struct package package;
	int r = package_parse(text, strlen(text), &package, err);

	if (r <= 0)
		return r;
	entry = inventory_entry(reading->inventory, INVENTORY_DEBIAN, package.name, reading->arch);
	if (!entry)
		return -ENOMEM;
	(void)str_copy(from + strlen(from), PACKAGE_WORD_MAX, package.suite); /* fits */
	if (inventory_set(&entry->version, package.version) < 0 ||
	    inventory_set(&entry->from, from) < 0)
		return -ENOMEM;
	return take_licence(reading, entry);
}

/* "NAME NEED"; of what nothing was taken, the entry has no version, and goes at the end. */
static int take_need(const struct inventory_reading *reading, char *text, struct err *err)
{
	struct inventory_entry *entry;
	char *need = strchr(text, ' ');

	if (!need || need == text || !need[1] || strchr(need + 1, ' '))
		return err_say(err, EINVAL, "not a line of needs");
	*need = '\0';
	entry = inventory_entry(reading->inventory, INVENTORY_DEBIAN, text, reading->arch);
	return entry ? inventory_add_need(entry, need + 1) : -ENOMEM;
}

/* -- all of it ------------------------------------------------------------------------------ */

static int read_arch(const struct inventory_reading *reading, struct err *err)
{
	static const struct {
		const char *name; /* in etc/busypy/ARCH */
		inventory_line_fn *each;
	} parts[] = { { "added", take_package }, { "files", take_listed }, { "needs", take_need } };
	char name[PATH_SIZE];

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		int r = files_path(name, err, TREE_INFO_OF "/%s", reading->arch->name,
				   parts[i].name);

		if (r == 0)
			r = inventory_each_line(reading, name, parts[i].each, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int compare_entries(const void *a, const void *b)
{
	const struct inventory_entry *one = a, *other = b;
	int r = strcmp(one->name, other->name);

	if (r == 0)
		r = (int)one->kind - (int)other->kind;
	if (r)
		return r;
	return (one->arch > other->arch) - (one->arch < other->arch); /* of one table */
}

int inventory_read(const char *tree, struct inventory *ret, struct err *err)
{
	size_t n;
	const struct arch *archs = arch_table(&n);
	struct inventory_reading reading = { .tree = tree, .inventory = ret };
	int r;

	*ret = (struct inventory){ 0 };
	r = inventory_each_line(&reading, TREE_FILES, take_listed, err);
	for (size_t i = 0; r == 0 && i < n; i++) {
		reading.arch = &archs[i];
		r = read_arch(&reading, err);
	}
	reading.arch = NULL;
	if (r == 0)
		r = inventory_read_wheels(&reading, err);
	if (r == 0)
		r = inventory_read_lock(&reading, err);
	if (r == 0 && ret->n)
		qsort(ret->entries, ret->n, sizeof(*ret->entries), compare_entries);
	return r;
}
