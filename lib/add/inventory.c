/* SPDX-License-Identifier: MIT */
/* Reads the lists, and what stands beside them, of each arch and of what all share. */
#include "add/inventory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "add/inventory_parts.h"
#include "base/array.h"
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

enum { LINE_SIZE = 8 * PATH_SIZE + 128 };

const char *inventory_kind_word(enum inventory_kind kind)
{
	switch (kind) {
	case INVENTORY_DEBIAN:
		return "debian";
	case INVENTORY_WHEEL:
		return "wheel";
	case INVENTORY_OWN:
		return "own";
	}
	return "?";
}

/* -- entries -------------------------------------------------------------------------------- */

static int no_memory(struct err *err)
{
	return err_set(err, ENOMEM, "cannot list what was added");
}

void inventory_forget_needs(struct inventory_entry *entry)
{
	for (size_t i = 0; i < entry->n_needs; i++)
		free(entry->needs[i]);
	entry->n_needs = 0;
}

static void free_entry(struct inventory_entry *entry)
{
	for (size_t i = 0; i < entry->n_files; i++)
		free(entry->files[i].path);
	inventory_forget_needs(entry);
	free(entry->files);
	free(entry->needs);
	free(entry->name);
	free(entry->version);
	free(entry->from);
	free(entry->licence);
}

void inventory_cut(struct inventory *inventory, size_t n)
{
	while (inventory->n > n)
		free_entry(&inventory->entries[--inventory->n]);
}

void inventory_free(struct inventory *inventory)
{
	inventory_cut(inventory, 0);
	free(inventory->entries);
	*inventory = (struct inventory){ 0 };
}

struct inventory_entry *inventory_entry(struct inventory *inventory, enum inventory_kind kind,
					const char *name, const struct arch *arch)
{
	struct inventory_entry *entry;

	for (size_t i = inventory->n; i; i--) { /* mostly the last one */
		entry = &inventory->entries[i - 1];
		if (entry->kind == kind && entry->arch == arch && str_eq(entry->name, name))
			return entry;
	}
	if (array_reserve(&inventory->entries, &inventory->room, inventory->n + 1,
			  sizeof(*inventory->entries)) < 0)
		return NULL;
	entry = &inventory->entries[inventory->n];
	*entry = (struct inventory_entry){ .kind = kind, .arch = arch };
	entry->name = strdup(name);
	entry->version = strdup("");
	entry->from = strdup("");
	entry->licence = strdup("");
	if (!entry->name || !entry->version || !entry->from || !entry->licence) {
		free_entry(entry);
		return NULL;
	}
	inventory->n++;
	return entry;
}

int inventory_add_file(struct inventory_entry *entry, const char *path, const char *sum)
{
	struct inventory_file *file;

	if (array_reserve(&entry->files, &entry->room_files, entry->n_files + 1,
			  sizeof(*entry->files)) < 0)
		return -ENOMEM;
	file = &entry->files[entry->n_files];
	*file = (struct inventory_file){ .path = strdup(path) };
	(void)str_copy(file->sum, sizeof(file->sum), sum); /* 64 digits, or less */
	entry->n_files += file->path != NULL;
	return file->path ? 0 : -ENOMEM;
}

int inventory_add_need(struct inventory_entry *entry, const char *name)
{
	if (array_reserve(&entry->needs, &entry->room_needs, entry->n_needs + 1,
			  sizeof(*entry->needs)) < 0)
		return -ENOMEM;
	entry->needs[entry->n_needs] = strdup(name);
	entry->n_needs += entry->needs[entry->n_needs] != NULL;
	return entry->needs[entry->n_needs - 1] ? 0 : -ENOMEM;
}

int inventory_set(char **text, const char *value)
{
	char *copy = strdup(value);

	if (!copy)
		return -ENOMEM;
	free(*text);
	*text = copy;
	return 0;
}

/* -- texts ---------------------------------------------------------------------------------- */

int inventory_each_line(const struct inventory_reading *reading, const char *name,
			inventory_line_fn *each, struct err *err)
{
	FILES_FREE char *text = NULL;
	char path[PATH_SIZE];
	size_t n, number = 0;
	int r = files_path(path, err, "%s/%s", reading->tree, name);

	if (r < 0 || !exact_exists(path))
		return r;
	r = exact_read(path, &text, &n, err);
	for (char *line = text; r == 0 && *line;) {
		size_t length = strcspn(line, "\n");
		bool ended = line[length] == '\n';
		struct err why = { 0 };

		number++;
		line[length] = '\0';
		r = each(reading, line, &why);
		if (r == -ENOMEM)
			return no_memory(err);
		if (r < 0)
			return err_say(err, -r, "%s:%zu: %s", path, number, why.text);
		line += length + ended;
	}
	return r;
}

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
