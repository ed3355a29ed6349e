/* SPDX-License-Identifier: MIT */
/* Builds the command line: `busypy run`, or, without it, the interpreter through its own ld.so. */
#include "stage/compiler.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/exact.h"
#include "base/files.h"
#include "base/program.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/python_name.h"
#include "core/str.h"
#include "stage/pyc.h"
#include "sys/below.h"
#include "sys/fd.h"
#include "sys/programs.h"

enum { ARGV_MAX = 64, OUTPUT_MAX = 16 * 1024 * 1024, NO_SANDBOX = 125, CANNOT_RUN = 126 };

/* Where a sandbox has the files and the directory for what becomes of them. */
#define INSIDE_SOURCES "/busypy.src"
#define INSIDE_DIR "/busypy.out"

/* A command line; the strings that it needs are kept here. */
struct command {
	const char *argv[ARGV_MAX];
	size_t n;
	const char *sources, *dir; /* as the command sees them */
	bool is_held;		   /* in a sandbox */
	char busypy[PATH_SIZE], binds[2][2 * PATH_SIZE];
	char ldso[PATH_SIZE], python[PATH_SIZE], qemu[64];
	char prefix[PATH_SIZE], list[PATH_SIZE];
};

static void add(struct command *command, const char *word)
{
	command->argv[command->n++] = word;
}

/* Through its own ld.so, so that nothing has to be mounted. */
static int add_interpreter(struct command *command, const struct pyc_runtime *runtime,
			   const char *usr, const char *clib, struct err *err)
{
	int r = files_path(command->python, err, "%s/bin/python3.%u", usr, runtime->minor);

	if (r < 0)
		return r;
	r = files_path(command->ldso, err, "%s/%s", clib, runtime->ldso);
	if (r < 0)
		return r;
	if (runtime->ldso[0]) {
		add(command, command->ldso);
		add(command, "--library-path");
		add(command, clib);
	}
	add(command, command->python);
	return 0;
}

/* -- the ways to run one -------------------------------------------------------------------- */

/* This machine's own. 1 if there is none. */
static int way_host(const struct compiler *compiler, struct command *command)
{
	FD_CLEANUP int fd = -1;
	char real[PATH_SIZE];

	python_name_path(compiler->job->runtimes[0].minor, command->python);
	fd = below_open_named(command->python, O_PATH, real);
	if (fd < 0)
		return 1;
	add(command, command->python);
	return 0;
}

/* In a sandbox of the tree that the runtime is of: no network, no other file, no privilege. */
static int way_held(const struct compiler *compiler, const struct pyc_runtime *runtime,
		    struct command *command, struct err *err)
{
	static const char *const words[] = {
		"--net=none",
		"--cwd=none",
		"--clear-env",
		"--timeout=120m",
		"--env=PYTHONHASHSEED=0",
		"--env=PYTHONNOUSERSITE=1",
		"--env=LC_ALL=C",
	};
	int r = programs_find("busypy", command->busypy, sizeof(command->busypy), err);

	if (r < 0)
		return r;
	(void)snprintf(command->binds[0], sizeof(command->binds[0]), "%s:" INSIDE_SOURCES,
		       compiler->job->strip); /* both fit */
	(void)snprintf(command->binds[1], sizeof(command->binds[1]), "%s:" INSIDE_DIR,
		       compiler->dir);
	add(command, command->busypy);
	add(command, "run");
	add(command, "--tree");
	add(command, runtime->tree);
	add(command, "--arch");
	add(command, runtime->arch->name);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		add(command, words[i]);
	add(command, "--bind-ro");
	add(command, command->binds[0]);
	add(command, "--bind");
	add(command, command->binds[1]);
	add(command, "--");
	command->is_held = true;
	command->sources = INSIDE_SOURCES;
	command->dir = INSIDE_DIR;
	return add_interpreter(command, runtime, "/usr", "/lib", err);
}

static bool find_qemu(struct command *command, const struct arch *arch)
{
	static const char *const suffixes[] = { "-static", "" };

	for (size_t i = 0; i < 2; i++) {
		(void)snprintf(command->qemu, sizeof(command->qemu), "qemu-%s%s", arch->qemu,
			       suffixes[i]);
		if (program_exists(command->qemu))
			return true;
	}
	return false;
}

/* -- running -------------------------------------------------------------------------------- */

/* compileall goes on after a file that it cannot compile, and ends with 1: for a syntax error, as
 * templates in packages may have, as for a full disk. The latter it calls "[Errno 28] ...". */
static int find_error(const char *output)
{
	static const char mark[] = "[Errno ";
	const char *at = strstr(output, mark);
	char digits[8];
	uint64_t code;

	if (!at)
		return 0;
	at += sizeof(mark) - 1;
	if (str_copy_bytes(digits, sizeof(digits), at, strcspn(at, "]")) < 0 ||
	    str_to_u64(digits, 10, &code) < 0 || code == 0 || code > 4095)
		return -EIO;
	return -(int)code;
}

/* The files' names as the command has them; an earlier attempt may have left others. */
static int write_list(const struct compiler *compiler, const struct command *command,
		      struct err *err)
{
	FILES_FREE char *text = NULL;
	char path[PATH_SIZE];
	size_t n;
	FILE *out;
	int r = files_path(path, err, "%s/list", compiler->dir);

	if (r < 0)
		return r;
	r = exact_remove(path, err);
	if (r < 0)
		return r;
	out = open_memstream(&text, &n);
	if (!out)
		return err_set(err, ENOMEM, "cannot list the Python files");
	for (const char *name = compiler->names; *name; name += strcspn(name, "\n") + 1)
		(void)fprintf(out, "%s/%.*s\n", command->sources, (int)strcspn(name, "\n"), name);
	if (fclose(out) != 0)
		return err_set(err, ENOMEM, "cannot list the Python files");
	return exact_write(path, text, n, 0600, err);
}

static int add_words(struct compiler *compiler, struct command *command, struct err *err)
{
	int r = files_path(command->prefix, err, "pycache_prefix=%s/pyc", command->dir);
	const char *const words[] = {
		"-B",
		"-s",
		"-S",
		"-X",
		command->prefix,
		"-m",
		"compileall",
		"-q",
		"-j1",
		"--invalidation-mode",
		compiler->job->checked ? "checked-hash" : "unchecked-hash",
		"-s",
		command->sources,
		"-p",
		"/",
		"-i",
		command->list,
	};

	if (r < 0)
		return r;
	r = files_path(command->list, err, "%s/list", command->dir);
	if (r < 0)
		return r;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		add(command, words[i]);
	return files_path(compiler->at, err, "%s", command->sources);
}

/* 1 if it cannot be started. */
static int run(struct compiler *compiler, struct command *command, struct err *err)
{
	/* The order of a set that is a constant follows the hash seed before Python 3.11. */
	static const char *const env[] = { "PYTHONHASHSEED=0", "PYTHONNOUSERSITE=1", NULL };
	FILES_FREE char *output = NULL;
	char complaint[ERR_TEXT_MAX];
	int r = add_words(compiler, command, err);

	if (r < 0)
		return r;
	r = write_list(compiler, command, err);
	if (r < 0)
		return r;
	r = program_run(
		&(struct program){
			.argv = command->argv, .env = env, .dir = "/", .output_max = OUTPUT_MAX },
		&output, complaint, err);
	if (r < 0)
		return err_wrap(err, r, "cannot compile the Python files");
	if (command->is_held && r >= NO_SANDBOX && r <= CANNOT_RUN + 1) {
		(void)snprintf(compiler->why, sizeof(compiler->why), "%.*s",
			       (int)sizeof(compiler->why) - 1, complaint);
		return 1;
	}
	if (r > 1)
		return err_say(err, EIO, "cannot compile the Python files: %s",
			       complaint[0] ? complaint : "no reason given");
	r = find_error(output);
	return r < 0 ? err_set(err, -r, "cannot write the compiled Python files") : 0;
}

static void begin(const struct compiler *compiler, struct command *command)
{
	memset(command, 0, sizeof(*command));
	command->sources = compiler->job->strip;
	command->dir = compiler->dir;
}

static int try_host(struct compiler *compiler, struct command *command, struct err *err)
{
	int r;

	begin(compiler, command);
	r = way_host(compiler, command);
	return r != 0 ? r : run(compiler, command, err);
}

/* Root runs it in a sandbox or not at all; where others can have none, what runs is their own. */
static int try_runtime(struct compiler *compiler, const struct pyc_runtime *runtime,
		       struct command *command, struct err *err)
{
	bool native = arch_runs_on(runtime->arch, arch_native());
	int r;

	begin(compiler, command);
	if (!native && !find_qemu(command, runtime->arch))
		return 1;
	r = way_held(compiler, runtime, command, err);
	if (r == 0)
		r = run(compiler, command, err);
	if (r != 1 || geteuid() == 0)
		return r;
	begin(compiler, command);
	if (!native && find_qemu(command, runtime->arch))
		add(command, command->qemu);
	r = add_interpreter(command, runtime, runtime->usr, runtime->clib, err);
	return r < 0 ? r : run(compiler, command, err);
}

static int try_runtimes(struct compiler *compiler, bool native, struct command *command,
			struct err *err)
{
	const struct pyc_job *job = compiler->job;

	for (size_t i = 0; i < job->n_runtimes; i++) {
		const struct pyc_runtime *runtime = &job->runtimes[i];

		if (runtime->minor == job->runtimes[0].minor &&
		    arch_runs_on(runtime->arch, arch_native()) == native)
			return try_runtime(compiler, runtime, command, err);
	}
	return 1;
}

/* Natively staged, then the host's, then under qemu-user; the host's first where the runtimes are
 * others'. */
int compiler_run(struct compiler *compiler, struct err *err)
{
	struct command *command = calloc(1, sizeof(*command));
	int r = 1;

	if (!command)
		return err_set(err, ENOMEM, "cannot compile the Python files");
	compiler->why[0] = '\0';
	if (compiler->job->others)
		r = try_host(compiler, command, err);
	if (r == 1)
		r = try_runtimes(compiler, true, command, err);
	if (r == 1 && !compiler->job->others)
		r = try_host(compiler, command, err);
	if (r == 1)
		r = try_runtimes(compiler, false, command, err);
	free(command);
	return r;
}
