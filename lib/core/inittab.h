/* SPDX-License-Identifier: MIT */
/* /etc/inittab as BusyBox init reads it: bytes to logical lines, a line to an entry, entries to a
 * table that keeps what runs across a reload. inittab in init(8). */
#ifndef BUSYPY_CORE_INITTAB_H
#define BUSYPY_CORE_INITTAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

enum {
	INITTAB_LINE_MAX = 16 * 1024, /* bytes of a line with its continuations */
	INITTAB_JOINS_MAX = 64,	      /* continuations whose columns are still told exactly */
	INITTAB_TTY_MAX = 32,	      /* bytes with the NUL; BusyBox cuts the name there, too */
	INITTAB_ENTRIES_MAX = 16 * 1024,
	INITTAB_TEXT_MAX = 512 * 1024, /* bytes for all commands */
	INITTAB_BUCKETS = 256
};

enum inittab_action {
	INITTAB_SYSINIT = 1 << 0,
	INITTAB_WAIT = 1 << 1,
	INITTAB_ONCE = 1 << 2,
	INITTAB_RESPAWN = 1 << 3,
	INITTAB_ASKFIRST = 1 << 4,
	INITTAB_CTRLALTDEL = 1 << 5,
	INITTAB_SHUTDOWN = 1 << 6,
	INITTAB_RESTART = 1 << 7
};

/* Where a physical line begins in the logical line that it is part of. */
struct inittab_join {
	size_t offset;
	unsigned line;
};

struct inittab_reader {
	char line[INITTAB_LINE_MAX];
	size_t used;
	size_t in_physical; /* bytes of the physical line so far */
	unsigned line_no;   /* physical lines read; BusyBox's number in messages */
	struct inittab_join joins[INITTAB_JOINS_MAX];
	size_t n_joins;
	bool too_long;
	bool ready; /* a whole logical line: the next byte begins another */
};

void inittab_reader_init(struct inittab_reader *reader);
/* Takes bytes up to the end of a logical line and returns how many; reader->ready tells whether the
 * line is complete. */
size_t inittab_read(struct inittab_reader *reader, const char *bytes, size_t n);
/* At the end of the file: true if there is one last line. */
bool inittab_read_end(struct inittab_reader *reader);

enum inittab_verdict {
	INITTAB_NOTHING, /* empty, or a comment */
	INITTAB_ENTRY,
	INITTAB_BAD /* skipped, and why is in err: "LINE:COLUMN: sentence" */
};

/* One entry as it stands in the file. Strings are the reader's, valid until its next line. */
struct inittab_entry {
	enum inittab_action action;
	const char *command;
	char tty[INITTAB_TTY_MAX]; /* "", or "/dev/..." */
	bool tty_cut;		   /* the name was longer than that */
	bool comment_cut;	   /* a '#' ended the command */
	bool nul_cut;		   /* a NUL byte ended the line */
	unsigned line, column;	   /* of the command */
};

/* Parses the reader's complete line, which it cuts into words. */
enum inittab_verdict inittab_parse(struct inittab_reader *reader, struct inittab_entry *ret,
				   struct err *err);

/* What is allowed but hardly meant: fills in the sentence of kind 0, 1, ... ("LINE:COLUMN: ...")
 * and returns 1 if it applies to the entry, 0 if not, -ENOENT after the last kind. */
int inittab_warn(const struct inittab_entry *entry, unsigned kind, struct err *err);

/* The word for one action. Static storage. */
const char *inittab_action_name(enum inittab_action action);

/* An entry of the table. command is inittab_command()'s. */
struct inittab_slot {
	unsigned action; /* enum inittab_action, 0 for a stale entry */
	int pid;	 /* of the running process of a respawn or askfirst entry, or 0 */
	int next;	 /* in order of the file, -1 after the last */
	int next_same;	 /* in its bucket */
	uint32_t hash;
	uint32_t text; /* offset of the command */
	uint64_t due;  /* ms: not started again before */
	uint64_t window;
	unsigned starts; /* since window (ms) */
	unsigned kind;	 /* 0: a command; else the caller's own work, and the command its name */
	char tty[INITTAB_TTY_MAX];
};

struct inittab {
	struct inittab_slot slots[INITTAB_ENTRIES_MAX];
	int n_slots; /* ever used; a free one has next_same as link */
	int free, first, last;
	int buckets[INITTAB_BUCKETS];
	char text[2][INITTAB_TEXT_MAX]; /* one in use: a reload copies what stays to the other */
	unsigned half;
	size_t text_used;
};

void inittab_init(struct inittab *table);

/* Adds an entry. One with the same command and terminal is not added again: it moves to the end and
 * takes the new action. *ret_replaced (may be NULL): the action it had, or 0. 0, or -E2BIG. */
int inittab_add(struct inittab *table, enum inittab_action action, const char *tty, bool tty_cut,
		const char *command, unsigned *ret_replaced);

/* Adds a respawn entry that no file can hold: work of the caller's own, of this kind (not 0). The
 * same work again is one entry. 0, or -E2BIG. */
int inittab_add_work(struct inittab *table, unsigned kind, const char *name);

const char *inittab_command(const struct inittab *table, const struct inittab_slot *slot);

/* For a reload: begin marks all entries stale, what is then added again revives; end drops the
 * stale ones that do not run, and sysinit entries. */
void inittab_reload_begin(struct inittab *table);
void inittab_reload_end(struct inittab *table);

/* The first entry at or after index (table->first, or a slot's next) with one of these actions,
 * or -1. */
int inittab_find(const struct inittab *table, int index, unsigned actions);

#endif
