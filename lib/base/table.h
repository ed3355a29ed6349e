/* SPDX-License-Identifier: MIT */
/* Tables for people and, as JSON, for programs; libsmartcols underneath. */
#ifndef BUSYPY_BASE_TABLE_H
#define BUSYPY_BASE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct table;

/* TABLE_TREE is text that shows which row stands below which. */
enum table_type { TABLE_TEXT, TABLE_NUMBER, TABLE_BOOLEAN, TABLE_TREE };

struct table_column {
	const char *name; /* upper case; JSON has it in lower case */
	enum table_type type;
};

enum table_flags { TABLE_JSON = 1 << 0, TABLE_NO_HEADINGS = 1 << 1 };

/* A table with these columns; NULL if there is no memory. table_free takes NULL, too. */
struct table *table_new(const char *name, const struct table_column *columns, size_t n_columns);
void table_free(struct table *table);

/* table_free of what a pointer points to, for TABLE_CLEANUP. */
void table_drop(struct table **table);

/* Frees a table when its scope ends: TABLE_CLEANUP struct table *table = NULL; */
#define TABLE_CLEANUP __attribute__((cleanup(table_drop)))

/* Writes a number into a cell, and returns it. */
enum { TABLE_NUMBER_SIZE = 24 };
const char *table_number(char cell[TABLE_NUMBER_SIZE], uint64_t number);

/* Adds a row: one cell per column, copied; NULL is an empty cell. 0 or -ENOMEM. */
int table_add(struct table *table, const char *const *cells);

/* The same below another row (0 is the first that was added), or below none if parent is negative.
 * JSON has it among that row's "children". */
int table_add_below(struct table *table, int parent, const char *const *cells);

/* Prints the tables on stdout: each under its own headings, or all as one JSON object with a list
 * per table. columns is a comma-separated choice (as --output of util-linux), or NULL for all; it
 * needs a single table. -EINVAL with a sentence for an unknown column. */
int table_print(struct table *const *tables, size_t n_tables, unsigned flags, const char *columns,
		struct err *err);

#endif
