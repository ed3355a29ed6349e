/* SPDX-License-Identifier: MIT */
/* The inittab's lines, entries, warnings and table. What BusyBox does with the same text is
 * compared in tests/daemon/init. */
#include "core/inittab.h"

#include <errno.h>
#include <stdlib.h>

#include "core/err.h"
#include "check.h"

static struct inittab_reader reader;
static struct inittab table;

/* Reads the first logical line of n bytes and parses it. */
static enum inittab_verdict parse(const char *bytes, size_t n, struct inittab_entry *ret,
				  struct err *err)
{
	inittab_reader_init(&reader);
	(void)inittab_read(&reader, bytes, n);
	if (!reader.ready)
		(void)inittab_read_end(&reader);
	return inittab_parse(&reader, ret, err);
}

static void takes(const char *line, enum inittab_action action, const char *tty,
		  const char *command, const char *what)
{
	struct inittab_entry entry = { 0 };
	struct err err = { 0 };
	bool taken = parse(line, strlen(line), &entry, &err) == INITTAB_ENTRY;

	CHECK(taken, what);
	if (!taken)
		return;
	CHECK(entry.action == action, what);
	CHECK_TEXT(entry.tty, tty, what);
	CHECK_TEXT(entry.command, command, what);
}

static void refuses(const char *line, const char *sentence)
{
	struct inittab_entry entry;
	struct err err = { 0 };

	CHECK(parse(line, strlen(line), &entry, &err) == INITTAB_BAD, line);
	CHECK_TEXT(err.text, sentence, line);
}

static void check_lines(void)
{
	struct inittab_entry entry;
	struct err err = { 0 };

	takes("::sysinit:/bin/x a b\n", INITTAB_SYSINIT, "", "/bin/x a b", "an entry");
	takes("tty1:2345:respawn:-/bin/sh", INITTAB_RESPAWN, "/dev/tty1", "-/bin/sh",
	      "a terminal, a runlevel, no newline");
	takes("/dev/tty1::once:x\n", INITTAB_ONCE, "/dev/tty1", "x", "a terminal's whole path");
	takes("///a/b::once:x\n", INITTAB_ONCE, "/dev/a/b", "x", "slashes before a name");
	takes("::wait:a:b::c\n", INITTAB_WAIT, "", "a:b::c", "colons in a command");
	takes("::wait:a #b\n", INITTAB_WAIT, "", "a ", "a comment in a command");
	takes("::shut\\\ndown:a\\\n b\n", INITTAB_SHUTDOWN, "", "a b", "continuations");
	takes("::restart:a\\\\\n\nb", INITTAB_RESTART, "", "ab",
	      "an empty line behind two backslashes");
	takes("::askfirst: x \r\n", INITTAB_ASKFIRST, "", " x \r", "nothing is trimmed");
	takes("aVeryVeryLongNameOfATerminalIndeed::ctrlaltdel:x", INITTAB_CTRLALTDEL,
	      "/dev/aVeryVeryLongNameOfATermin", "x", "a name of 31 bytes at most");
	CHECK(parse("\n", 1, &entry, &err) == INITTAB_NOTHING, "an empty line");
	CHECK(parse("#::once:x\n", 10, &entry, &err) == INITTAB_NOTHING, "a comment");
	CHECK(parse("\0::once:x\n", 10, &entry, &err) == INITTAB_NOTHING, "a NUL ends a line");
	refuses("x\n", "1:2: fewer than four fields");
	refuses("::\n", "1:2: fewer than four fields");
	refuses("::once\n", "1:7: no command");
	refuses("::once:\n", "1:7: no command");
	refuses("::once:#x\n", "1:7: no command");
	refuses("::\n#::once:x\n", "1:2: fewer than four fields");
	refuses("::once\n#", "1:7: no command");
	refuses("a:b#c\n", "1:4: fewer than four fields");
	refuses("::Once:x\n", "1:3: unknown action 'Once'");
	refuses("a:b: wait:x\n", "1:5: unknown action ' wait'");
	refuses("a:\\\n\\\nb:wa\\\nit2:x\n", "3:3: unknown action 'wait2'");
}

static void check_long(void)
{
	static char bytes[3 * INITTAB_LINE_MAX];
	struct inittab_entry entry;
	struct err err = { 0 };

	memset(bytes, 'x', sizeof(bytes));
	memcpy(bytes, "::once:", 7);
	bytes[INITTAB_LINE_MAX - 1] = '\n';
	CHECK(parse(bytes, sizeof(bytes), &entry, &err) == INITTAB_ENTRY,
	      "the longest line that is taken");
	bytes[INITTAB_LINE_MAX - 1] = 'x';
	bytes[INITTAB_LINE_MAX] = '\n';
	CHECK(parse(bytes, sizeof(bytes), &entry, &err) == INITTAB_BAD, "one byte more");
	CHECK_TEXT(err.text, "1:16384: the line is too long", "one byte more");
	memset(bytes, '\\', sizeof(bytes));
	CHECK(parse(bytes, sizeof(bytes), &entry, &err) == INITTAB_BAD, "only backslashes");
}

static void check_warnings(void)
{
	static const char *const lines[] = {
		"::once:a # b",
		"::once:a \\\n;b",
		"::once:A=b c",
		"::once:a && b",
		"::once:a || b",
		"::once:\ta",
		"::once:- a",
		"::once:a\r",
		"aVeryVeryLongNameOfATerminalIndeed::once:x",
		"::once:sh -c 'a; b'",
		"::once:a \"; b\"",
		"::once:/a=b c",
		"::once:-/bin/sh",
		"::once:=b c",
		"::once:a =b c",
		"::once:a/b=c d",
	};
	struct inittab_entry entry;
	struct err err = { 0 };

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		int n = 0, r;

		CHECK(parse(lines[i], strlen(lines[i]), &entry, &err) == INITTAB_ENTRY, lines[i]);
		for (unsigned kind = 0; (r = inittab_warn(&entry, kind, &err)) >= 0; kind++)
			n += r;
		CHECK(r == -ENOENT && n == (i < 9), lines[i]);
	}
}

static void add(enum inittab_action action, const char *command)
{
	CHECK(inittab_add(&table, action, "", false, command, NULL) == 0, command);
}

/* The commands in order, each with its action's number, "!" for one that runs. */
static const char *order(void)
{
	static char text[256];
	size_t used = 0;

	text[0] = '\0';
	for (int i = table.first; i >= 0; i = table.slots[i].next)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%u%s ",
					 inittab_command(&table, &table.slots[i]),
					 table.slots[i].action, table.slots[i].pid ? "!" : "");
	return text;
}

/* A file that comes in pieces, and ends where no line does. */
static void check_pieces(void)
{
	struct inittab_entry entry = { 0 };
	struct err err = { 0 };

	inittab_reader_init(&reader);
	CHECK(!inittab_read_end(&reader), "nothing at all");
	CHECK(inittab_read(&reader, "::on", 4) == 4 && !reader.ready, "a part of a line");
	CHECK(inittab_read(&reader, "ce:a\nb", 6) == 5 && reader.ready, "the rest of it");
	CHECK(inittab_parse(&reader, &entry, &err) == INITTAB_ENTRY, "an entry in two pieces");
	CHECK_TEXT(entry.command, "a", "an entry in two pieces");
	CHECK(!inittab_read_end(&reader), "a line that has ended");
	CHECK(inittab_read(&reader, "::once:b\\\n", 10) == 10 && !reader.ready, "a line goes on");
	CHECK(inittab_read_end(&reader), "but the file does not");
	CHECK(inittab_parse(&reader, &entry, &err) == INITTAB_ENTRY, "it is taken as it is");
	CHECK_TEXT(entry.command, "b", "it is taken as it is");
	CHECK(inittab_read(&reader, "", 0) == 0 && !reader.ready, "no bytes");
	CHECK(inittab_read_end(&reader), "end such a line");
	CHECK(inittab_parse(&reader, &entry, &err) == INITTAB_NOTHING, "in which nothing is");
}

/* More continuations than there is a place for: the last ones are told with the wrong line. */
static void check_joins(void)
{
	static char bytes[4 * INITTAB_JOINS_MAX];
	struct inittab_entry entry;
	struct err err = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < INITTAB_JOINS_MAX + 2; i++) {
		memcpy(bytes + n, i > 1 ? "\\\n" : ":\\\n", i > 1 ? 2 : 3);
		n += i > 1 ? 2 : 3;
	}
	memcpy(bytes + n, "bad:x\n", 6);
	CHECK(parse(bytes, n + 6, &entry, &err) == INITTAB_BAD, "very many continuations");
}

static void check_names(void)
{
	CHECK_TEXT(inittab_action_name(INITTAB_SYSINIT), "sysinit", "the first action");
	CHECK_TEXT(inittab_action_name(INITTAB_RESTART), "restart", "the last action");
	CHECK_TEXT(inittab_action_name(0), "stale", "none: what a reload has left over");
}

static void check_table(void)
{
	unsigned replaced = 99;

	inittab_init(&table);
	CHECK(table.first < 0 && inittab_find(&table, table.first, ~0U) < 0, "an empty table");
	add(INITTAB_SYSINIT, "a");
	add(INITTAB_RESPAWN, "b");
	add(INITTAB_ONCE, "c");
	CHECK_TEXT(order(), "a1 b8 c4 ", "in order");
	CHECK(inittab_find(&table, table.first, INITTAB_ONCE) == table.last, "by its action");
	CHECK(inittab_find(&table, table.first, INITTAB_SYSINIT) == table.first, "the first one");
	CHECK(inittab_find(&table, table.first, INITTAB_WAIT) < 0, "none of that kind");
	CHECK(inittab_add(&table, INITTAB_SHUTDOWN, "", false, "a", &replaced) == 0, "again");
	CHECK(replaced == INITTAB_SYSINIT, "what it was is told");
	CHECK_TEXT(order(), "b8 c4 a64 ", "the same command moves to the end");
	CHECK(inittab_add(&table, INITTAB_ONCE, "/dev/x", false, "a", &replaced) == 0 && !replaced,
	      "another terminal is another entry");
	CHECK(inittab_add(&table, INITTAB_ONCE, "/dev/xa", false, "", &replaced) == 0 && !replaced,
	      "not even one of the same hash");
	inittab_reload_begin(&table);
	CHECK(inittab_add(&table, INITTAB_RESPAWN, "", false, "b", NULL) == 0 &&
		      inittab_add(&table, INITTAB_ONCE, "", false, "c", NULL) == 0 &&
		      inittab_add(&table, INITTAB_SHUTDOWN, "", false, "a", NULL) == 0 &&
		      inittab_add(&table, INITTAB_ONCE, "/dev/x", false, "a", NULL) == 0,
	      "all but that one again");
	inittab_reload_end(&table);
	CHECK(inittab_add(&table, INITTAB_ONCE, "/dev/x", true, "a", &replaced) == 0 && !replaced,
	      "a name that was cut is never the same");
	CHECK_TEXT(order(), "b8 c4 a64 a4 a4 ", "five entries");
	table.slots[table.first].pid = 7;
	inittab_reload_begin(&table);
	add(INITTAB_SYSINIT, "s");
	add(INITTAB_WAIT, "c");
	inittab_reload_end(&table);
	CHECK_TEXT(order(), "b0! c2 ", "what runs stays, what is new does not run as sysinit");
	inittab_reload_begin(&table);
	add(INITTAB_RESPAWN, "b");
	inittab_reload_end(&table);
	CHECK_TEXT(order(), "b8! ", "what comes back still runs");
}

static void check_work(void)
{
	inittab_init(&table);
	add(INITTAB_RESPAWN, "beat");
	CHECK(inittab_add_work(&table, 1, "beat") == 0, "work of the caller's own");
	CHECK_TEXT(order(), "beat8 beat8 ", "no command is the same as work");
	CHECK(table.slots[table.last].kind == 1, "its kind is kept");
	table.slots[table.last].pid = 7;
	inittab_reload_begin(&table);
	CHECK(inittab_add_work(&table, 1, "beat") == 0, "again");
	inittab_reload_end(&table);
	CHECK_TEXT(order(), "beat8! ", "the same work again is one entry, which still runs");
	CHECK(inittab_add_work(&table, 2, "beat") == 0, "another kind");
	CHECK_TEXT(order(), "beat8! beat8 ", "is another entry");
}

static void check_room(void)
{
	static char command[INITTAB_TEXT_MAX / 4];
	char name[32];
	int r = 0, n = 0;

	inittab_init(&table);
	for (; r == 0 && n < INITTAB_ENTRIES_MAX + 2; n++) {
		(void)snprintf(name, sizeof(name), "%d", n);
		r = inittab_add(&table, INITTAB_ONCE, "", false, name, NULL);
	}
	CHECK(r == -E2BIG && n == INITTAB_ENTRIES_MAX + 1, "as many entries as there is room for");
	inittab_reload_begin(&table);
	inittab_reload_end(&table);
	CHECK(table.first < 0 && table.text_used == 0, "all of them can be dropped");
	memset(command, 'x', sizeof(command) - 1);
	for (n = 0; n < 100; n++) {
		command[0] = (char)('a' + n % 26);
		inittab_reload_begin(&table);
		r = inittab_add(&table, INITTAB_RESPAWN, "", false, command, NULL);
		if (r < 0)
			break;
		inittab_reload_end(&table);
	}
	CHECK(n == 100, "reloads take no room for ever");
	for (n = 0; n < 5 && r == 0; n++) {
		command[1] = (char)('a' + n);
		r = inittab_add(&table, INITTAB_RESPAWN, "", false, command, NULL);
	}
	CHECK(r == -E2BIG, "as much text as there is room for");
}

int main(void)
{
	check_lines();
	check_long();
	check_warnings();
	check_pieces();
	check_joins();
	check_names();
	check_table();
	check_work();
	check_room();
	return done();
}
