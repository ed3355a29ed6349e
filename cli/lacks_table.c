/* SPDX-License-Identifier: MIT */
/* One row for each package and arch. */
#include "lacks_table.h"

#include <errno.h>
#include <stddef.h>

#include "add/add.h"
#include "base/table.h"
#include "core/err.h"

static const struct table_column columns[] = {
	{ "PACKAGE", TABLE_TEXT },
	{ "ARCH", TABLE_TEXT },
	{ "NEWEST-WITH-WHEEL", TABLE_TEXT },
};

int lacks_table_print(const struct add_items *items, struct err *err)
{
	TABLE_CLEANUP struct table *table =
		table_new("lacks", columns, sizeof(columns) / sizeof(columns[0]));
	int r = table ? 0 : -ENOMEM;

	if (items->n_lacks == 0)
		return 0;
	for (size_t i = 0; r == 0 && i < items->n_lacks; i++) {
		const struct add_lack *lack = &items->lacks[i];

		r = table_add(table,
			      (const char *const[]){ lack->name, lack->arch, lack->version });
	}
	if (r < 0)
		return err_set(err, ENOMEM, "cannot list what archs lack");
	return table_print(&table, 1, 0, NULL, err);
}
