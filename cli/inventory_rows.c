/* SPDX-License-Identifier: MIT */
/* One row for what has the same name, kind, version and origin. */
#include "inventory_rows.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#include "add/inventory.h"
#include "base/table.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/str.h"

static const struct table_column columns[] = {
	{ "NAME", TABLE_TEXT },	     { "VERSION", TABLE_TEXT }, { "KIND", TABLE_TEXT },
	{ "ARCHS", TABLE_TEXT },     { "FROM", TABLE_TEXT },	{ "LICENCE", TABLE_TEXT },
	{ "WANTED", TABLE_BOOLEAN }, { "FILES", TABLE_NUMBER },
};

static bool same_row(const struct inventory_entry *one, const struct inventory_entry *other)
{
	return one->kind == other->kind && str_eq(one->name, other->name) &&
	       str_eq(one->version, other->version) && str_eq(one->from, other->from);
}

/* What only stands between others has no file and no version. */
static bool is_shown(const struct inventory_entry *entry)
{
	return entry->n_files || entry->version[0];
}

static int add_row(const struct inventory *inventory, size_t first, struct table *table)
{
	const struct inventory_entry *entry = &inventory->entries[first];
	char archs[256], files[TABLE_NUMBER_SIZE];
	size_t n = 0;
	struct text text;

	text_init(&text, archs, sizeof(archs));
	for (size_t i = first; i < inventory->n; i++) {
		const struct inventory_entry *other = &inventory->entries[i];

		if (!same_row(entry, other))
			continue;
		n += other->n_files;
		text_addf(&text, "%s%s", text.used ? "," : "",
			  other->arch ? other->arch->name : "all");
	}
	return table_add(table, (const char *const[]){
					entry->name, entry->version[0] ? entry->version : NULL,
					inventory_kind_word(entry->kind), archs,
					entry->from[0] ? entry->from : NULL,
					entry->licence[0] ? entry->licence : NULL,
					entry->wanted ? "yes" : "no", table_number(files, n) });
}

static bool is_first(const struct inventory *inventory, size_t which)
{
	for (size_t i = which; i; i--) {
		const struct inventory_entry *before = &inventory->entries[i - 1];

		if (!str_eq(before->name, inventory->entries[which].name))
			return true;
		if (same_row(before, &inventory->entries[which]))
			return false;
	}
	return true;
}

int inventory_rows_print(const struct inventory *inventory, unsigned flags, const char *output,
			 struct err *err)
{
	TABLE_CLEANUP struct table *table =
		table_new("packages", columns, sizeof(columns) / sizeof(columns[0]));
	int r = table ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < inventory->n; i++) {
		if (is_shown(&inventory->entries[i]) && is_first(inventory, i))
			r = add_row(inventory, i, table);
	}
	if (r < 0)
		return err_set(err, ENOMEM, "cannot list what was added");
	return table_print(&table, 1, flags, output, err);
}
