/* SPDX-License-Identifier: MIT */
/* The parser: lines, entries, warnings; pure. The rules are BusyBox's libbb/parse_config.c with the
 * delimiters "#:", four fields, nothing trimmed or collapsed. The table: inittab_table.c. */
#include "core/inittab.h"

#include <errno.h>
#include <string.h>

#include "core/command.h"
#include "core/err.h"
#include "core/str.h"

static const char *const action_names[] = { "sysinit",	"wait",	      "once",	  "respawn",
					    "askfirst", "ctrlaltdel", "shutdown", "restart" };

enum { N_ACTIONS = sizeof(action_names) / sizeof(action_names[0]), N_FIELDS = 4 };

const char *inittab_action_name(enum inittab_action action)
{
	for (unsigned i = 0; i < N_ACTIONS; i++) {
		if (action == 1U << i)
			return action_names[i];
	}
	return "stale";
}

void inittab_reader_init(struct inittab_reader *reader)
{
	reader->line_no = 0;
	reader->ready = true;
	reader->in_physical = 0;
	reader->used = 0;
}

static void begin_line(struct inittab_reader *reader)
{
	reader->used = 0;
	reader->n_joins = 0;
	reader->too_long = false;
	reader->ready = false;
}

static void keep(struct inittab_reader *reader, const char *bytes, size_t n)
{
	size_t room = sizeof(reader->line) - 1 - reader->used;

	if (n > room) {
		n = room;
		reader->too_long = true;
	}
	memcpy(reader->line + reader->used, bytes, n);
	reader->used += n;
}

static void begin_physical(struct inittab_reader *reader)
{
	if (reader->n_joins < INITTAB_JOINS_MAX)
		reader->joins[reader->n_joins++] =
			(struct inittab_join){ reader->used, reader->line_no + 1 };
}

/* Ends the physical line. The backslash is looked for in what has been joined so far: an empty
 * line after "a\\<newline>" sees the other backslash. BusyBox does the same. */
static void end_physical(struct inittab_reader *reader)
{
	reader->line_no++;
	reader->in_physical = 0;
	if (reader->used > 0 && reader->line[reader->used - 1] == '\\' && !reader->too_long)
		reader->used--;
	else
		reader->ready = true;
}

size_t inittab_read(struct inittab_reader *reader, const char *bytes, size_t n)
{
	size_t taken = 0;

	if (reader->ready)
		begin_line(reader);
	while (taken < n && !reader->ready) {
		const char *end = memchr(bytes + taken, '\n', n - taken);
		size_t part = end ? (size_t)(end - bytes) - taken : n - taken;

		if (reader->in_physical == 0)
			begin_physical(reader);
		keep(reader, bytes + taken, part);
		taken += part;
		reader->in_physical += part;
		if (end) {
			end_physical(reader);
			taken++;
		}
	}
	return taken;
}

bool inittab_read_end(struct inittab_reader *reader)
{
	if (reader->ready)
		return false;
	if (reader->in_physical > 0)
		end_physical(reader);
	reader->ready = true;
	return true;
}

/* The place of a byte of the logical line. */
static void locate(const struct inittab_reader *reader, size_t offset, unsigned *ret_line,
		   unsigned *ret_column)
{
	size_t i = reader->n_joins;

	while (i > 1 && reader->joins[i - 1].offset > offset)
		i--;
	*ret_line = reader->joins[i - 1].line;
	*ret_column = (unsigned)(offset - reader->joins[i - 1].offset) + 1;
}

static int bad(const struct inittab_reader *reader, size_t offset, const char *why,
	       const char *what, struct err *err)
{
	unsigned line, column;

	locate(reader, offset, &line, &column);
	(void)err_say(err, EINVAL, "%u:%u: %s%s%.64s%s", line, column, why, what ? " '" : "",
		      what ? what : "", what ? "'" : "");
	return INITTAB_BAD;
}

/* Cuts the line into at most four fields; how many there are. The fourth takes all up to a '#'. A
 * field that would be empty at the very end of the line is none. */
static size_t cut(char *line, char *fields[N_FIELDS], bool *ret_comment)
{
	size_t n = 0;

	*ret_comment = false;
	do {
		bool last = n == N_FIELDS - 1;

		fields[n++] = line;
		line += strcspn(line, last ? "#" : "#:");
		if (*line == '#') {
			*ret_comment = true;
			*line = '\0';
		} else if (*line) {
			*line++ = '\0';
		}
	} while (*line && *line != '#' && n < N_FIELDS);
	return n;
}

static void set_tty(struct inittab_entry *entry, const char *id)
{
	size_t n;

	entry->tty[0] = '\0';
	entry->tty_cut = false;
	if (!*id)
		return;
	if (str_starts(id, "/dev/"))
		id += strlen("/dev/");
	id += strspn(id, "/");
	n = strlen(id);
	memcpy(entry->tty, "/dev/", 5);
	if (n > INITTAB_TTY_MAX - 6) {
		n = INITTAB_TTY_MAX - 6;
		entry->tty_cut = true;
	}
	memcpy(entry->tty + 5, id, n);
	entry->tty[5 + n] = '\0';
}

static enum inittab_action find_action(const char *name)
{
	for (unsigned i = 0; i < N_ACTIONS; i++) {
		if (str_eq(name, action_names[i]))
			return 1 << i;
	}
	return 0;
}

enum inittab_verdict inittab_parse(struct inittab_reader *reader, struct inittab_entry *ret,
				   struct err *err)
{
	char *fields[N_FIELDS];
	size_t n;

	reader->line[reader->used] = '\0';
	if (reader->too_long)
		return bad(reader, sizeof(reader->line) - 1, "the line is too long", NULL, err);
	ret->nul_cut = strlen(reader->line) < reader->used;
	if (!reader->line[0] || reader->line[0] == '#')
		return INITTAB_NOTHING;
	n = cut(reader->line, fields, &ret->comment_cut);
	if (n < N_FIELDS)
		return bad(reader, (size_t)(fields[n - 1] - reader->line) + strlen(fields[n - 1]),
			   n == N_FIELDS - 1 ? "no command" : "fewer than four fields", NULL, err);
	ret->action = find_action(fields[2]);
	if (!ret->action)
		return bad(reader, (size_t)(fields[2] - reader->line), "unknown action", fields[2],
			   err);
	if (!*fields[3])
		return bad(reader, (size_t)(fields[3] - reader->line), "no command", NULL, err);
	set_tty(ret, fields[0]);
	ret->command = fields[3];
	locate(reader, (size_t)(fields[3] - reader->line), &ret->line, &ret->column);
	return INITTAB_ENTRY;
}

/* The shell sees "exec A; B": B never runs. Quoted text is not looked into. */
static bool list_behind_exec(const char *command)
{
	char quote = 0;

	for (; *command; command++) {
		if (quote)
			quote = *command == quote ? 0 : quote;
		else if (*command == '\'' || *command == '"')
			quote = *command;
		else if (*command == ';' || str_starts(command, "&&") || str_starts(command, "||"))
			return true;
	}
	return false;
}

/* The shell sees "exec NAME=value command": it would run a program of that name. */
static bool assigns(const char *command)
{
	size_t word = strcspn(command, " \t"), name = strcspn(command, "=/ \t");

	return name > 0 && name < word && command[name] == '=';
}

static bool warn_applies(const struct inittab_entry *entry, unsigned kind, const char **ret_text)
{
	const char *command = entry->command + (entry->command[0] == '-');

	switch (kind) {
	case 0:
		*ret_text = "a '#' ends the command here, the rest is not run";
		return entry->comment_cut;
	case 1:
		*ret_text = "a NUL byte ends the line here";
		return entry->nul_cut;
	case 2:
		*ret_text = "the line ends in a carriage return, which becomes part of the command";
		return str_ends(command, "\r");
	case 3:
		*ret_text =
			"run as 'exec ...': what follows ';', '&&' or '||' may never run (Hint: "
			"use /bin/sh -c '...')";
		return list_behind_exec(command);
	case 4:
		*ret_text = "run as 'exec ...': an assignment cannot stand before the program "
			    "(Hint: use env NAME=value ...)";
		return assigns(command);
	case 5:
		*ret_text = "the command begins with a blank and cannot be run";
		return command[0] == ' ' || command[0] == '\t';
	case 6:
		*ret_text = "the terminal's name is cut to 31 bytes";
		return entry->tty_cut;
	}
	*ret_text = NULL;
	return false;
}

int inittab_warn(const struct inittab_entry *entry, unsigned kind, struct err *err)
{
	const char *text;
	bool applies = warn_applies(entry, kind, &text);

	if (!text)
		return -ENOENT;
	if (applies)
		(void)err_say(err, EINVAL, "%u:%u: %s", entry->line, entry->column, text);
	return applies;
}
