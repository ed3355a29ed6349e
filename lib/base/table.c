/* SPDX-License-Identifier: MIT */
/* Columns, rows and a choice of them; widths, colours and JSON quoting are libsmartcols' work. */
#include "base/table.h"

#include <errno.h>
#include <inttypes.h>
#include <libsmartcols/libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "core/name.h"
#include "core/str.h"

enum { COLUMNS_MAX = 16 };

struct table {
	struct libscols_table *scols;
	struct libscols_column *columns[COLUMNS_MAX];
	const char *names[COLUMNS_MAX];
	size_t n_columns;
	const char *name;
};

static int json_type(enum table_type type)
{
	switch (type) {
	case TABLE_NUMBER:
		return SCOLS_JSON_NUMBER;
	case TABLE_BOOLEAN:
		return SCOLS_JSON_BOOLEAN;
	case TABLE_TEXT:
	case TABLE_TREE:
		break;
	}
	return SCOLS_JSON_STRING;
}

struct table *table_new(const char *name, const struct table_column *columns, size_t n_columns)
{
	struct table *table = calloc(1, sizeof(*table));

	if (!table || n_columns > COLUMNS_MAX)
		goto out;
	scols_init_debug(0);
	table->scols = scols_new_table();
	if (!table->scols || scols_table_set_name(table->scols, name) < 0)
		goto out;
	table->name = name;
	table->n_columns = n_columns;
	for (size_t i = 0; i < n_columns; i++) {
		int flags = columns[i].type == TABLE_NUMBER ? SCOLS_FL_RIGHT
			    : columns[i].type == TABLE_TREE ? SCOLS_FL_TREE
							    : 0;

		table->names[i] = columns[i].name;
		table->columns[i] = scols_table_new_column(table->scols, columns[i].name, 0, flags);
		if (!table->columns[i] ||
		    scols_column_set_json_type(table->columns[i], json_type(columns[i].type)) < 0)
			goto out;
	}
	return table;
out:
	table_free(table);
	return NULL;
}

void table_free(struct table *table)
{
	if (!table)
		return;
	scols_unref_table(table->scols);
	free(table);
}

void table_drop(struct table **table)
{
	table_free(*table);
	*table = NULL;
}

const char *table_number(char cell[TABLE_NUMBER_SIZE], uint64_t number)
{
	(void)snprintf(cell, TABLE_NUMBER_SIZE, "%" PRIu64, number);
	return cell;
}

int table_add(struct table *table, const char *const *cells)
{
	return table_add_below(table, -1, cells);
}

int table_add_below(struct table *table, int parent, const char *const *cells)
{
	struct libscols_line *above =
		parent < 0 ? NULL : scols_table_get_line(table->scols, (size_t)parent);
	struct libscols_line *line = scols_table_new_line(table->scols, above);

	if (!line)
		return -ENOMEM;
	for (size_t i = 0; i < table->n_columns; i++) {
		if (cells[i] && scols_line_set_data(line, i, cells[i]) < 0)
			return -ENOMEM;
	}
	return 0;
}

static struct libscols_column *column_named(const struct table *table, const char *name, size_t n)
{
	for (size_t i = 0; i < table->n_columns; i++) {
		if (strlen(table->names[i]) == n && strncasecmp(table->names[i], name, n) == 0)
			return table->columns[i];
	}
	return NULL;
}

/* Hides every column that was not chosen; the order stays the table's. */
static int choose(struct table *table, const char *columns, struct err *err)
{
	for (size_t i = 0; i < table->n_columns; i++)
		(void)scols_column_set_flags(table->columns[i], SCOLS_FL_HIDDEN);
	while (*columns) {
		size_t n = strcspn(columns, ",");
		struct libscols_column *column = column_named(table, columns, n);

		if (!column)
			return err_say(err, EINVAL, "unknown column '%.*s' of table '%s'", (int)n,
				       columns, table->name);
		(void)scols_column_set_flags(column, 0);
		columns += n;
		if (*columns == ',')
			columns++;
	}
	return 0;
}

/* The number of a character of n bytes, 3 at most. */
static unsigned number_of(const char *text, size_t n)
{
	static const unsigned char first[] = { 0x7f, 0x7f, 0x1f, 0x0f };
	unsigned number = (unsigned char)text[0] & first[n];

	for (size_t i = 1; i < n; i++)
		number = number << 6 | ((unsigned char)text[i] & 0x3f);
	return number;
}

/* Names of files may be any bytes; JSON is UTF-8. libsmartcols has escaped what is ASCII. */
static void print_valid(const char *text)
{
	for (size_t n = strlen(text), at = 0; at < n;) {
		size_t length = name_character(text + at, n - at);
		char visible[NAME_VISIBLE_MAX];

		if (length && (unsigned char)text[at] >= 0x7f && name_visible(text + at, visible) &&
		    visible[0] == '\\')
			(void)printf("\\u%04x", number_of(text + at, length));
		else if (length)
			(void)fwrite(text + at, 1, length, stdout);
		else
			(void)fputs("\xef\xbf\xbd", stdout); /* U+FFFD */
		at += length ? length : 1;
	}
}

/* Each table prints itself as {"name": [...]}: one object takes what is between the braces. */
static int print_json(struct table *const *tables, size_t n_tables)
{
	(void)putchar('{');
	for (size_t i = 0; i < n_tables; i++) {
		char *text = NULL, *end;

		scols_table_enable_json(tables[i]->scols, 1);
		if (scols_table_get_nlines(tables[i]->scols) == 0) {
			(void)printf("%s\n   \"%s\": []", i ? "," : "", tables[i]->name);
			continue;
		}
		if (scols_print_table_to_string(tables[i]->scols, &text) < 0)
			return -ENOMEM;
		end = strrchr(text, '}');
		if (end)
			*end = '\0';
		for (size_t n = strlen(text); n && text[n - 1] == '\n'; n--)
			text[n - 1] = '\0';
		(void)fputs(i ? "," : "", stdout);
		print_valid(text + 1);
		free(text);
	}
	(void)puts("\n}");
	return 0;
}

/* Those that have rows, with an empty line between two. */
static int print_plain(struct table *const *tables, size_t n_tables, unsigned flags)
{
	bool printed = false;

	for (size_t i = 0; i < n_tables; i++) {
		int r;

		if (scols_table_get_nlines(tables[i]->scols) == 0)
			continue;
		scols_table_enable_noheadings(tables[i]->scols, flags & TABLE_NO_HEADINGS ? 1 : 0);
		if (printed)
			(void)putchar('\n');
		printed = true;
		r = scols_print_table(tables[i]->scols);
		if (r < 0)
			return r;
	}
	return 0;
}

int table_print(struct table *const *tables, size_t n_tables, unsigned flags, const char *columns,
		struct err *err)
{
	int r;

	if (columns && n_tables != 1)
		return err_say(err, EINVAL, "--output needs the choice of one table");
	if (columns) {
		r = choose(tables[0], columns, err);
		if (r < 0)
			return r;
	}
	r = flags & TABLE_JSON ? print_json(tables, n_tables)
			       : print_plain(tables, n_tables, flags);
	if (r < 0)
		return err_set(err, -r, "cannot print");
	if (fflush(stdout) < 0)
		return err_set(err, errno, "cannot print");
	return 0;
}
