/* SPDX-License-Identifier: MIT */
/* Entries, and records line by line. */
#include "add/inventory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "add/inventory_parts.h"
#include "base/array.h"
#include "base/exact.h"
#include "base/files.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"

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
