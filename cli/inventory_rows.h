/* SPDX-License-Identifier: MIT */
/* What was added to a tree as rows of a table: for list, and for what remove would take out. */
#ifndef BUSYPY_CLI_INVENTORY_ROWS_H
#define BUSYPY_CLI_INVENTORY_ROWS_H

struct err;
struct inventory;

/* Prints them on stdout, sorted by name; the same for several archs is one row. flags: enum
 * table_flags; columns: a choice of them, or NULL. */
int inventory_rows_print(const struct inventory *inventory, unsigned flags, const char *columns,
			 struct err *err);

#endif
