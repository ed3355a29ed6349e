/* SPDX-License-Identifier: MIT */
/* Reads a tree's lock into its inventory: who was asked for, from where wheels came, who needs
 * whom. */
#include <errno.h>
#include <string.h>

#include "add/inventory.h"
#include "add/inventory_parts.h"
#include "core/err.h"
#include "core/lock_line.h"
#include "core/str.h"
#include "core/tree_layout.h"

/* Calls fill for each entry of that kind and name, for whatever arch. */
typedef int fill_fn(struct inventory_entry *entry, const char *text);

static int each_named(struct inventory *inventory, enum inventory_kind kind, const char *name,
		      fill_fn *fill, const char *text)
{
	for (size_t i = 0; i < inventory->n; i++) {
		struct inventory_entry *entry = &inventory->entries[i];

		if (entry->kind == kind && str_eq(entry->name, name) && fill(entry, text) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int want(struct inventory_entry *entry, const char *text)
{
	(void)text;
	entry->wanted = true;
	return 0;
}

static int set_from(struct inventory_entry *entry, const char *text)
{
	return inventory_set(&entry->from, text);
}

static int set_licence(struct inventory_entry *entry, const char *text)
{
	return entry->licence[0] ? 0 : inventory_set(&entry->licence, text);
}

/* What METADATA says, with markers that nobody has evaluated, is not asked any more. */
static int forget_needs(struct inventory_entry *entry, const char *text)
{
	(void)text;
	inventory_forget_needs(entry);
	return 0;
}

static int take_want(const struct inventory_reading *reading, const char *text)
{
	char name[LOCK_NAME_MAX];

	if (lock_name_of(text, name) < 0)
		return 0;
	return each_named(reading->inventory, INVENTORY_WHEEL, name, want, NULL);
}

/* The package whose lines are read is the reading's. */
static int take_line(const struct inventory_reading *reading, char *text, struct err *err)
{
	struct inventory *inventory = reading->inventory;
	char *package = reading->package;
	struct lock_line line;
	int r = lock_line_parse(text, &line, err);

	if (r <= 0)
		return r;
	switch (line.word) {
	case LOCK_WANT_WHEEL:
		return take_want(reading, line.text);
	case LOCK_WANT_DEBIAN:
		return each_named(inventory, INVENTORY_DEBIAN, line.name, want, NULL);
	case LOCK_PACKAGE:
		if (str_copy(package, LOCK_NAME_MAX, line.name) < 0)
			return err_say(err, EINVAL, "the name is too long");
		return each_named(inventory, INVENTORY_WHEEL, package, forget_needs, NULL);
	case LOCK_FROM:
		return each_named(inventory, INVENTORY_WHEEL, package, set_from, line.text);
	case LOCK_LICENCE:
		return each_named(inventory, INVENTORY_WHEEL, package, set_licence, line.text);
	case LOCK_NEEDS:
		return each_named(inventory, INVENTORY_WHEEL, package, inventory_add_need,
				  line.name);
	case LOCK_LACKS:
	case LOCK_FILE:
		return 0;
	}
	return 0;
}

int inventory_read_lock(const struct inventory_reading *reading, struct err *err)
{
	char package[LOCK_NAME_MAX] = "";
	struct inventory_reading of = *reading;

	of.package = package;
	return inventory_each_line(&of, TREE_LOCK, take_line, err);
}
