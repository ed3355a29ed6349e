/* SPDX-License-Identifier: MIT */
/* Any bytes as an inittab: read in pieces of any size it is the same as read in one, and as what
 * BusyBox's getline() loop would join; the table stays whole through adding and reloading. */
#include "core/inittab.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct inittab_reader pieces, whole;
static struct inittab table;

static void require(bool ok)
{
	if (!ok)
		abort();
}

/* The logical line at *at as libbb's get_line_with_continuation() joins it; false at the end. */
static bool reference_line(const char *data, size_t size, size_t *at, char *line, size_t *ret_n,
			   unsigned *line_no)
{
	size_t n = 0;

	if (*at >= size)
		return false;
	for (;;) {
		const char *end;
		size_t part;

		if (*at >= size)
			break;
		end = memchr(data + *at, '\n', size - *at);
		part = end ? (size_t)(end - (data + *at)) : size - *at;
		memcpy(line + n, data + *at, part);
		n += part;
		*at += part + (end != NULL);
		(*line_no)++;
		if (n == 0 || line[n - 1] != '\\')
			break;
		n--;
	}
	*ret_n = n;
	return true;
}

static void check_table(void)
{
	int n = 0, last = -1, hashed = 0;

	for (int i = table.first; i >= 0; last = i, i = table.slots[i].next) {
		require(++n <= table.n_slots);
		require(strlen(inittab_command(&table, &table.slots[i])) < INITTAB_TEXT_MAX);
	}
	require(last == table.last);
	for (size_t b = 0; b < INITTAB_BUCKETS; b++) {
		for (int i = table.buckets[b]; i >= 0; i = table.slots[i].next_same)
			require(++hashed <= n);
	}
	require(hashed == n);
}

static void take(struct inittab_reader *reader)
{
	struct inittab_entry entry;
	struct err err = { 0 };
	enum inittab_verdict verdict = inittab_parse(reader, &entry, &err);

	if (verdict == INITTAB_BAD)
		require(err.text[0] >= '1' && err.text[0] <= '9');
	if (verdict != INITTAB_ENTRY)
		return;
	require(*entry.command && strlen(entry.tty) < INITTAB_TTY_MAX && entry.line >= 1 &&
		entry.column >= 1 && entry.line <= reader->line_no);
	for (unsigned kind = 0; inittab_warn(&entry, kind, &err) >= 0; kind++)
		;
	(void)inittab_add(&table, entry.action, entry.tty, entry.tty_cut, entry.command, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char line[8192];
	const char *bytes = (const char *)data;
	size_t at = 0, ref_at = 0, n, piece = size ? data[0] % 7 + 1 : 1;
	unsigned line_no = 0;

	if (size >= sizeof(line))
		return 0;
	inittab_reader_init(&pieces);
	inittab_reader_init(&whole);
	inittab_init(&table);
	for (size_t i = 0; i < size;) {
		size_t left = size - i < piece ? size - i : piece;

		i += inittab_read(&pieces, bytes + i, left);
		if (!pieces.ready && !(i == size && inittab_read_end(&pieces)))
			continue;
		at += inittab_read(&whole, bytes + at, size - at);
		if (!whole.ready)
			(void)inittab_read_end(&whole);
		require(reference_line(bytes, size, &ref_at, line, &n, &line_no));
		require(whole.used == n && memcmp(whole.line, line, n) == 0);
		require(pieces.used == n && memcmp(pieces.line, line, n) == 0);
		require(pieces.line_no == line_no && whole.line_no == line_no && at == i);
		take(&pieces);
	}
	require(!reference_line(bytes, size, &ref_at, line, &n, &line_no));
	check_table();
	inittab_reload_begin(&table);
	if (size > 0 && data[0] & 1)
		(void)inittab_add(&table, INITTAB_RESPAWN, "", false, bytes[0] ? "x" : "y", NULL);
	inittab_reload_end(&table);
	check_table();
	require(inittab_find(&table, table.first, INITTAB_WAIT) < 0);
	return 0;
}
