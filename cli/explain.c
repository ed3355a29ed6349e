/* SPDX-License-Identifier: MIT */
/* busypy explain: replays an exec without doing it, and names the first step that fails. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/table.h"
#include "core/arch.h"
#include "core/arch_list.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "explain/replay.h"
#include "image/initramfs.h"
#include "image/rootfs.h"
#include "sys/tree.h"
#include "commands.h"
#include "options.h"
#include "say.h"

enum { EXIT_WOULD_FAIL = 1 };

static const char help[] =
	"Usage: busypy explain [OPTION...] FILE [ARGUMENT...]\n"
	"Replays what the kernel, and whatever it starts, would do if this user executed FILE\n"
	"here, without executing anything: prints each step, and the first one that fails.\n"
	"\n"
	"  -r, --root ROOT       FILE is started by PID 1 of a machine that boots with ROOT: a\n"
	"                        directory, or an initramfs (cpio, compressed or not)\n"
	"  -a, --arch ARCH       that machine's arch (default: this one's)\n"
	"  -J, --json            print JSON\n"
	"  -o, --output COLUMNS  choose columns of the steps, separated by commas\n"
	"  -n, --noheadings      print no headings\n"
	"  -h, --help            print this\n"
	"\n"
	"Exit status: 0 it would run, 1 it would fail, or another program would run; 125 that "
	"could\n"
	"not be told.\n";

static const struct table_column step_columns[] = { { "FILE", TABLE_TREE },
						    { "STEP", TABLE_TEXT },
						    { "STATE", TABLE_TEXT },
						    { "NOTE", TABLE_TEXT } };
static const struct table_column outcome_columns[] = { { "OUTCOME", TABLE_TEXT },
						       { "ERRNO", TABLE_TEXT },
						       { "STATUS", TABLE_NUMBER },
						       { "SENTENCE", TABLE_TEXT } };

struct explain {
	const char *root, *arch, *columns;
	unsigned flags;
	char **argv; /* FILE and its arguments */
};

/* 0; the exit status after a wrong option; exits after --help. */
static int parse(int argc, char **argv, struct explain *ret)
{
	const struct command_option options[] = {
		{ "root", 'r', .text = &ret->root },
		{ "arch", 'a', .text = &ret->arch },
		{ "json", 'J', .bits = &ret->flags, .bit = TABLE_JSON },
		{ "output", 'o', .text = &ret->columns },
		{ "noheadings", 'n', .bits = &ret->flags, .bit = TABLE_NO_HEADINGS },
		{ 0 },
	};
	/* what stands after FILE is FILE's */
	int r = options_parse_first(argc, argv, help, options);

	if (r)
		return r;
	if (optind == argc)
		return say_error(argv[0], "which file? (Hint: see 'busypy explain --help')");
	if (ret->arch && !ret->root)
		return say_error(argv[0],
				 "--arch is the arch of a --root; this machine has its own");
	ret->argv = argv + optind;
	return 0;
}

static const char *state_of(const struct replay *replay, const struct replay_step *step)
{
	if (!step->failed)
		return "ok";
	return replay->end == REPLAY_UNKNOWN ? "unknown" : "FAILS";
}

static struct table *steps_table(const struct replay *replay)
{
	struct table *table = table_new("steps", step_columns, 4);

	for (size_t i = 0; table && i < replay->n_steps; i++) {
		const struct replay_step *step = &replay->steps[i];
		const char *cells[] = { step->path, step->kind, state_of(replay, step),
					step->note };

		(void)table_add_below(table, step->parent, cells);
	}
	return table;
}

static struct table *outcome_table(const struct replay *replay, const struct err *why)
{
	struct table *table = table_new("outcome", outcome_columns, 4);
	char status[16] = "";
	const char *cells[] = { "runs", NULL, NULL, why->text };

	switch (replay->end) {
	case REPLAY_RUNS:
		cells[3] = why->text[0] ? why->text : NULL;
		break;
	case REPLAY_ERRNO:
		cells[0] = "errno";
		cells[1] = strerrorname_np(replay->code);
		break;
	case REPLAY_STATUS:
		cells[0] = "status";
		(void)snprintf(status, sizeof(status), "%d", replay->code);
		cells[2] = status;
		break;
	case REPLAY_OTHER:
		cells[0] = "other";
		break;
	case REPLAY_SIGNAL:
		cells[0] = "signal";
		break;
	case REPLAY_UNKNOWN:
		cells[0] = "unknown";
		break;
	}
	if (table)
		(void)table_add(table, cells);
	return table;
}

static void print_outcome(const struct replay *replay, const struct err *why)
{
	switch (replay->end) {
	case REPLAY_RUNS:
		if (!why->text[0]) {
			(void)puts("It would run.");
			return;
		}
		(void)fputs("It would run, but ", stdout);
		break;
	case REPLAY_ERRNO:
		(void)printf("It would fail with %s (%s): ", strerrorname_np(replay->code),
			     strerror(replay->code));
		break;
	case REPLAY_STATUS:
		(void)printf("It would end with exit status %d: ", replay->code);
		break;
	case REPLAY_OTHER:
		(void)fputs("Another program would run: ", stdout);
		break;
	case REPLAY_SIGNAL:
		(void)fputs("It would be killed by SIGSEGV or SIGBUS: ", stdout);
		break;
	case REPLAY_UNKNOWN:
		return;
	}
	say_text(stdout, why->text);
	(void)putchar('\n');
}

static int print(const struct explain *explain, const struct replay *replay, const struct err *why,
		 struct err *err)
{
	struct table *tables[] = { steps_table(replay), outcome_table(replay, why) };
	bool json = explain->flags & TABLE_JSON;
	int r;

	if (!tables[0] || !tables[1])
		r = err_set(err, ENOMEM, "cannot make a table");
	else
		r = table_print(tables, json && !explain->columns ? 2 : 1, explain->flags,
				explain->columns, err);
	table_free(tables[0]);
	table_free(tables[1]);
	if (r == 0 && !json && !explain->columns)
		print_outcome(replay, why);
	return r;
}

/* An initramfs becomes a directory. 1 if it did, 0 if root is one. */
static int open_root(const char *given, struct initramfs *unpacked, struct replay_request *request,
		     struct err *err)
{
	struct stat st;
	int r;

	request->root = request->root_name = given;
	if (!given)
		return 0;
	if (stat(given, &st) < 0)
		return err_set(err, errno, "%s", given);
	if (S_ISDIR(st.st_mode))
		return 0;
	r = initramfs_unpack(given, unpacked, err);
	if (r < 0)
		return r;
	request->root = unpacked->dir;
	request->has_writer =
		rootfs_open_file(unpacked->rootfs, &request->writer_dev, &request->writer_ino);
	return 1;
}

/* Something is missing in the initramfs, or not all there: what the kernel would say of that. */
static void explain_missing(const char *image, const struct initramfs *unpacked,
			    const struct replay *replay, struct err *why)
{
	const char *path = NULL;
	bool is_missing = replay->end == REPLAY_ERRNO
				  ? replay->code == ENOENT || replay->code == ENOTDIR ||
					    replay->code == ETXTBSY
				  : replay->end == REPLAY_STATUS && replay->code == 127;

	if (!is_missing)
		return;
	for (size_t i = 0; i < replay->n_steps; i++)
		path = replay->steps[i].failed ? replay->steps[i].path : path;
	if (path)
		initramfs_explain(unpacked, image, path, why);
}

/* It would run, but not all of the image is there. */
static void warn_of_rest(const char *command, const char *image, const struct initramfs *unpacked)
{
	if (unpacked->message)
		say_warning(command,
			    "%s: the kernel says \"Initramfs unpacking failed: %s\" at byte %llu, "
			    "and goes on with what it has unpacked before%s%s%s",
			    image, unpacked->message, (unsigned long long)unpacked->at,
			    unpacked->near ? " (Hint: " : "", unpacked->near ? unpacked->near : "",
			    unpacked->near ? ")" : "");
}

/* A shell would have looked a bare name up. */
static void hint_path(const char *name, struct err *why)
{
	const char *path = getenv("PATH");
	char file[PATH_SIZE];
	int r;

	while (!strchr(name, '/') && path) {
		bool named = *path != ':';

		r = path_next(&path, name, file, sizeof(file));
		if (r == 0)
			return;
		if (r > 0 && named && access(file, X_OK) == 0) {
			(void)err_hint(why, 0, "by PATH it would be %s", file);
			return;
		}
	}
}

static int explain_file(const struct explain *explain, const char *command,
			const struct replay_request *request, const struct initramfs *unpacked)
{
	REPLAY_CLEANUP struct replay replay = { 0 };
	struct err why = { 0 }, err = { 0 };

	replay_exec(request, &replay, &why);
	if (!request->root && replay.end == REPLAY_ERRNO && replay.code == ENOENT &&
	    replay.n_steps == 1)
		hint_path(request->path, &why);
	if (unpacked)
		explain_missing(explain->root, unpacked, &replay, &why);
	if (print(explain, &replay, &why, &err) < 0)
		return say_err(command, &err);
	if (replay.end == REPLAY_UNKNOWN)
		return say_error(command, "cannot tell: %s", why.text);
	if (unpacked && replay.end == REPLAY_RUNS)
		warn_of_rest(command, explain->root, unpacked);
	return replay.end == REPLAY_RUNS ? 0 : EXIT_WOULD_FAIL;
}

/* cli/front.c has hidden them from the ld.so of this program. */
static void show_variables(void)
{
	for (char **variable = environ; *variable; variable++) {
		if ((*variable)[0] == LDSO_HIDDEN && str_starts(*variable + 1, "D_"))
			(*variable)[0] = 'L';
	}
}

int cmd_explain(int argc, char **argv)
{
	struct initramfs unpacked;
	struct explain explain = { 0 };
	struct replay_request request = { 0 };
	struct err err = { 0 };
	int r = parse(argc, argv, &explain), is_image;

	if (r)
		return r;
	show_variables();
	if (arch_named(explain.arch, &request.arch, &err) < 0)
		return say_err(argv[0], &err);
	is_image = open_root(explain.root, &unpacked, &request, &err);
	if (is_image < 0)
		return say_err(argv[0], &err);
	request.path = explain.argv[0];
	request.arguments = explain.argv + 1;
	r = explain_file(&explain, argv[0], &request, is_image ? &unpacked : NULL);
	if (is_image)
		initramfs_drop(&unpacked);
	return r;
}
