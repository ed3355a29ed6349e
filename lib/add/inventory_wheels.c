/* SPDX-License-Identifier: MIT */
/* Python's distributions that are nobody else's: wheels, and what pip has put there. */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "add/inventory.h"
#include "add/inventory_parts.h"
#include "base/dists.h"
#include "core/dist_name.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/requirement.h"
#include "core/str.h"

/* True if something that was read before has a file in the folder: Debian's packages have
 * *.dist-info and *.egg-info, too. */
static bool is_listed(const struct inventory *inventory, const char *folder)
{
	for (size_t i = 0; i < inventory->n; i++) {
		const struct inventory_entry *entry = &inventory->entries[i];

		for (size_t j = 0; entry->kind != INVENTORY_WHEEL && j < entry->n_files; j++) {
			if (path_below(entry->files[j].path, folder))
				return true;
		}
	}
	return false;
}

/* What it needs without extras; whether other markers hold tells the lock. */
static int take_needs(const struct dist *dist, struct inventory_entry *entry)
{
	for (size_t i = 0; i < dist->n_needs; i++) {
		struct requirement need;

		if (requirement_parse(dist->needs[i], strlen(dist->needs[i]), &need) < 0 ||
		    memmem(need.marker.s, need.marker.n, "extra", strlen("extra")))
			continue;
		if (inventory_add_need(entry, need.name) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int take_dist(struct inventory *inventory, const struct dist *dist)
{
	struct inventory_entry *entry =
		inventory_entry(inventory, INVENTORY_WHEEL, dist->key, dist->arch);

	if (!entry || inventory_set(&entry->version, dist->version) < 0 ||
	    inventory_set(&entry->licence, dist->licence) < 0 ||
	    inventory_set(&entry->from, str_eq(dist->installer, "pip") ? "pip" : "file") < 0)
		return -ENOMEM;
	entry->wanted = dist->requested;
	for (size_t i = 0; i < dist->n_files; i++) {
		if (inventory_add_file(entry, dist->files[i].path, dist->files[i].sum) < 0)
			return -ENOMEM;
	}
	return take_needs(dist, entry);
}

int inventory_read_wheels(const struct inventory_reading *reading, struct err *err)
{
	struct dists dists = { 0 };
	int r = dists_read(reading->tree, &dists, err);

	for (size_t i = 0; r == 0 && i < dists.n; i++) {
		if (is_listed(reading->inventory, dists.dists[i].info))
			continue;
		if (take_dist(reading->inventory, &dists.dists[i]) < 0)
			r = err_set(err, ENOMEM, "cannot list what was added");
	}
	dists_free(&dists);
	return r;
}
