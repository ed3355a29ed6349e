/* SPDX-License-Identifier: MIT */
/* Reads /etc/inittab into the table, or fills in the defaults; and `init --check`. */
#include "load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/err.h"
#include "core/str.h"
#include "sys/fd.h"
#include "log.h"
#include "state.h"

enum { PIECE = 4096 };

struct load {
	const char *path;
	struct inittab *table;
	void (*bad)(const struct err *err, const struct load *ctx);
	void (*warn)(const struct err *err, const struct load *ctx);
	unsigned complaints;
};

static struct inittab_reader reader; /* too large for a stack */

/* An entry that replaces an earlier one: BusyBox's rule, and hardly ever meant. */
static void warn_replaced(struct load *load, const struct inittab_entry *entry, unsigned action)
{
	struct err err = { 0 };

	if (!action)
		return;
	load->complaints++;
	(void)err_say(
		&err, EEXIST,
		"%u:%u: the same command and terminal again: this %s entry replaces the %s one",
		entry->line, entry->column, inittab_action_name(entry->action),
		inittab_action_name(action));
	load->warn(&err, load);
}

static void take_entry(struct load *load, const struct inittab_entry *entry)
{
	struct err err = { 0 };
	unsigned replaced;
	int r;

	for (unsigned kind = 0; (r = inittab_warn(entry, kind, &err)) != -ENOENT; kind++) {
		if (r != 1)
			continue;
		load->complaints++;
		load->warn(&err, load);
	}
	if (inittab_add(load->table, entry->action, entry->tty, entry->tty_cut, entry->command,
			&replaced) == 0) {
		warn_replaced(load, entry, replaced);
		return;
	}
	load->complaints++;
	(void)err_say(&err, E2BIG, "%u:%u: there is no room for more entries", entry->line,
		      entry->column);
	load->bad(&err, load);
}

static void take_line(struct load *load)
{
	struct inittab_entry entry;
	struct err err = { 0 };

	switch (inittab_parse(&reader, &entry, &err)) {
	case INITTAB_NOTHING:
		return;
	case INITTAB_ENTRY:
		take_entry(load, &entry);
		return;
	case INITTAB_BAD:
		load->complaints++;
		load->bad(&err, load);
		return;
	}
}

static int load_fd(struct load *load, int fd)
{
	char piece[PIECE];
	ssize_t n;

	inittab_reader_init(&reader);
	while ((n = fd_read_all(fd, piece, sizeof(piece))) > 0) {
		size_t at = 0;

		while (at < (size_t)n) {
			at += inittab_read(&reader, piece + at, (size_t)n - at);
			if (reader.ready)
				take_line(load);
		}
	}
	if (inittab_read_end(&reader))
		take_line(load);
	return (int)n;
}

static void say_bad(const struct err *err, const struct load *ctx)
{
	log_say("Bad inittab entry at line %u: %s:%s", reader.line_no, ctx->path, err->text);
}

static void note_warning(const struct err *err, const struct load *ctx)
{
	log_note("init: %s:%s", ctx->path, err->text);
}

static void add(struct init *init, enum inittab_action action, const char *tty, const char *command)
{
	(void)inittab_add(&init->table, action, tty, false, command, NULL); /* the table is empty */
}

/* On a BusyPy tree its shell, on the console alone; elsewhere what BusyBox does. */
static void load_defaults(struct init *init)
{
	if (access("/bin/shell", X_OK) == 0) {
		if (access("/etc/init.d/rcS", F_OK) == 0)
			add(init, INITTAB_SYSINIT, "", "/etc/init.d/rcS");
		/* a script is not told its argv[0]: -l, not the dash, makes it a login shell */
		add(init, INITTAB_RESPAWN, "", "-/bin/shell -l");
	} else {
		add(init, INITTAB_SYSINIT, "", "/etc/init.d/rcS");
		add(init, INITTAB_ASKFIRST, "", "-/bin/sh");
		add(init, INITTAB_ASKFIRST, "/dev/tty2", "-/bin/sh");
		add(init, INITTAB_ASKFIRST, "/dev/tty3", "-/bin/sh");
		add(init, INITTAB_ASKFIRST, "/dev/tty4", "-/bin/sh");
	}
	add(init, INITTAB_CTRLALTDEL, "", "reboot");
	add(init, INITTAB_SHUTDOWN, "", "umount -a -r");
	add(init, INITTAB_SHUTDOWN, "", "swapoff -a");
	add(init, INITTAB_RESTART, "", "init");
}

/* A FIFO has nothing to say, and some devices never end. A directory is told by reading it. */
static bool is_special(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

void load_inittab(struct init *init)
{
	struct load load = {
		.path = "/etc/inittab", .table = &init->table, .bad = say_bad, .warn = note_warning
	};
	FD_CLEANUP int fd = -1;
	int r;

	if (init->options.start == CMDLINE_SHELL || init->single) {
		bool ours = !init->single && access("/bin/shell", X_OK) == 0;

		add(init, INITTAB_RESPAWN, "", ours ? "-/bin/shell -l" : "-/bin/sh");
		return;
	}
	fd = open(load.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0) {
		if (errno != ENOENT)
			log_say("init: cannot read %s: %m, using the defaults", load.path);
		load_defaults(init);
		return;
	}
	if (is_special(fd)) {
		log_say("init: %s is no file, using the defaults", load.path);
		load_defaults(init);
		return;
	}
	r = load_fd(&load, fd);
	if (r < 0)
		log_say("init: cannot read all of %s: %s", load.path, strerror(-r));
	if (r < 0 && reader.line_no == 0) { /* a directory, say */
		log_say("init: using the defaults instead");
		load_defaults(init);
	}
}

static void print(const struct err *err, const struct load *ctx)
{
	char line[ERR_TEXT_MAX + 512];
	struct text text;

	text_init(&text, line, sizeof(line));
	text_addf(&text, "%.256s:%s\n", ctx->path, err->text);
	(void)fd_write_all(STDOUT_FILENO, line, text.used); /* the exit status tells, too */
}

int load_check(const char *path)
{
	static struct inittab table;
	struct load load = { .path = path, .table = &table, .bad = print, .warn = print };
	FD_CLEANUP int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct err err = { 0 };
	int r = fd < 0 ? -errno : 0;

	inittab_init(&table);
	if (fd >= 0)
		r = load_fd(&load, fd);
	if (r < 0) {
		(void)err_set(&err, -r, " cannot read it");
		print(&err, &load);
		return 2;
	}
	return load.complaints > 0;
}
