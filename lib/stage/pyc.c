/* SPDX-License-Identifier: MIT */
/* Runs compileall under a staged Python (natively or under qemu-user) or the host's own. */
#include "stage/pyc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/listener.h"
#include "base/program.h"
#include "base/walk.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "sys/fd.h"

enum { ARGV_MAX = 24, OUTPUT_MAX = 16 * 1024 * 1024 };

/* What a walk over the .py files of a directory needs to know. */
struct sources {
	FILE *list; /* receives those that have no .pyc */
	bool any;
	const char *peer; /* or: whose .pyc are taken */
	size_t top;	  /* bytes of a path that are the walk's own start */
	unsigned minor;
};

/* dir/name.py -> dir/__pycache__/name.cpython-3N.pyc */
static int cache_path(const char *path, unsigned minor, char *ret, struct err *err)
{
	const char *base = path_base(path);

	return files_path(ret, err, "%.*s__pycache__/%.*s.cpython-3%u.pyc", (int)(base - path),
			  path, (int)(strlen(base) - 3), base, minor);
}

/* A link counts, too: it has a .pyc of its own name. */
static bool is_source(const char *path, const struct stat *st)
{
	struct stat target;

	if (!str_ends(path, ".py"))
		return false;
	return S_ISREG(st->st_mode) ||
	       (S_ISLNK(st->st_mode) && stat(path, &target) == 0 && S_ISREG(target.st_mode));
}

static int list_one(const struct walk_entry *entry, struct err *err, void *ctx)
{
	const char *path = entry->path;
	const struct stat *st = entry->st;
	struct sources *sources = ctx;
	char cached[PATH_SIZE];
	int r;

	if (!is_source(path, st) || strchr(path, '\n'))
		return 0; /* a name with a line feed cannot be on the list */
	r = cache_path(path, sources->minor, cached, err);
	if (r < 0 || files_exist(cached))
		return r;
	sources->any = true;
	return fprintf(sources->list, "%s\n", path) < 0 ? -ENOSPC : 0;
}

static int write_list(const struct pyc_job *job, const char *list, bool *ret_any, struct err *err)
{
	struct sources sources = { .minor = job->runtimes[0].minor };
	int r;

	sources.list = fopen(list, "we");
	if (!sources.list)
		return err_set(err, errno, "cannot create %s", list);
	r = walk_all(job->dir, &(struct walk){ .each = list_one, .ctx = &sources }, err);
	if (fclose(sources.list) != 0 && r == 0)
		return err_set(err, errno, "cannot write %s", list);
	*ret_any = sources.any;
	return r;
}

/* True if it is one of ours: PEP 552's flags say unchecked. A Python that could write into a tree
 * may have left one that depends on times. */
static bool is_unchecked(const char *path)
{
	FD_CLEANUP int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	unsigned char head[8];

	return fd >= 0 && fd_read_all(fd, head, sizeof(head)) == sizeof(head) && head[4] == 1 &&
	       head[5] == 0 && head[6] == 0 && head[7] == 0;
}

static int share_one(const struct walk_entry *entry, struct err *err, void *ctx)
{
	const char *path = entry->path;
	const struct stat *st = entry->st;
	const struct sources *sources = ctx;
	char peer[PATH_SIZE], from[PATH_SIZE], to[PATH_SIZE];
	struct stat other;
	int r;

	if (!is_source(path, st))
		return 0;
	r = files_path(peer, err, "%s%s", sources->peer, path + sources->top);
	if (r < 0 || lstat(peer, &other) < 0 || other.st_ino != st->st_ino ||
	    other.st_dev != st->st_dev)
		return r;
	r = cache_path(peer, sources->minor, from, err);
	if (r < 0)
		return r;
	r = cache_path(path, sources->minor, to, err);
	if (r < 0 || files_exist(to) || !is_unchecked(from))
		return r;
	r = files_mkdirs_for(to, err);
	if (r < 0)
		return r;
	(void)link(from, to); /* what cannot be linked is compiled again */
	return 0;
}

int pyc_share(const char *dir, const char *peer, unsigned minor, struct err *err)
{
	struct sources sources = { .peer = peer, .top = strlen(dir), .minor = minor };

	return walk_all(dir, &(struct walk){ .each = share_one, .ctx = &sources }, err);
}

/* The start of a command line; the strings that it needs are kept here. */
struct command {
	const char *argv[ARGV_MAX];
	size_t n;
	char ldso[PATH_SIZE], python[PATH_SIZE], qemu[64];
};

static void add(struct command *command, const char *word)
{
	command->argv[command->n++] = word;
}

/* The runtime's own interpreter, through its own ld.so, so that nothing has to be mounted. */
static int command_runtime(struct command *command, const struct pyc_runtime *runtime,
			   struct err *err)
{
	int r = files_path(command->python, err, "%s/bin/python3.%u", runtime->usr, runtime->minor);

	if (r < 0)
		return r;
	r = files_path(command->ldso, err, "%s/%s", runtime->clib, runtime->ldso);
	if (r < 0)
		return r;
	if (runtime->ldso[0]) {
		add(command, command->ldso);
		add(command, "--library-path");
		add(command, runtime->clib);
	}
	add(command, command->python);
	return 0;
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

static bool choose_native(const struct pyc_job *job, struct command *command, int *ret,
			  struct err *err)
{
	unsigned minor = job->runtimes[0].minor;

	for (size_t i = 0; i < job->n_runtimes; i++) {
		if (job->runtimes[i].minor == minor &&
		    arch_runs_on(job->runtimes[i].arch, arch_native())) {
			*ret = command_runtime(command, &job->runtimes[i], err);
			return true;
		}
	}
	return false;
}

static bool choose_host(const struct pyc_job *job, struct command *command)
{
	(void)snprintf(command->python, sizeof(command->python), "/usr/bin/python3.%u",
		       job->runtimes[0].minor);
	if (access(command->python, X_OK) < 0)
		return false;
	add(command, command->python);
	return true;
}

static bool only_host(const struct pyc_job *job)
{
	return job->others && geteuid() == 0;
}

/* Natively staged, then the host's of the same minor, then under qemu-user; the host's first where
 * the runtimes are others'. 1 if none. */
static int choose(const struct pyc_job *job, struct command *command, struct err *err)
{
	unsigned minor = job->runtimes[0].minor;
	int r;

	if (job->others && choose_host(job, command))
		return 0;
	if (only_host(job))
		return 1;
	if (choose_native(job, command, &r, err))
		return r;
	if (choose_host(job, command))
		return 0;
	for (size_t i = 0; i < job->n_runtimes; i++) {
		if (job->runtimes[i].minor == minor && find_qemu(command, job->runtimes[i].arch)) {
			add(command, command->qemu);
			return command_runtime(command, &job->runtimes[i], err);
		}
	}
	return 1;
}

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

static int compile(const struct pyc_job *job, const char *list, struct err *err)
{
	/* The order of a set that is a constant follows the hash seed before Python 3.11. */
	static const char *const env[] = { "PYTHONHASHSEED=0", "PYTHONNOUSERSITE=1", NULL };
	const char *const words[] = {
		"-B",
		"-s",
		"-S",
		"-m",
		"compileall",
		"-q",
		"-j1",
		"--invalidation-mode",
		job->checked ? "checked-hash" : "unchecked-hash",
		"-s",
		job->strip,
		"-p",
		"/",
		"-i",
		list,
	};
	FILES_FREE char *output = NULL;
	char complaint[ERR_TEXT_MAX];
	struct command command = { .n = 0 };
	int r = choose(job, &command, err);

	if (r != 0)
		return r;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		add(&command, words[i]);
	r = program_run(
		&(struct program){
			.argv = command.argv, .env = env, .dir = "/", .output_max = OUTPUT_MAX },
		&output, complaint, err);
	if (r < 0)
		return err_wrap(err, r, "cannot compile the Python files");
	if (r > 1)
		return err_say(err, EIO, "cannot compile the Python files: %s",
			       complaint[0] ? complaint : "no reason given");
	r = find_error(output);
	return r < 0 ? err_set(err, -r, "cannot write the compiled Python files") : 0;
}

static int list_and_compile(const struct pyc_job *job, const char *list, struct err *err)
{
	bool any = false;
	int r = write_list(job, list, &any, err);

	if (r < 0 || !any)
		return r;
	return compile(job, list, err);
}

int pyc_compile(const struct pyc_job *job, struct err *err)
{
	char list[PATH_SIZE];
	int r = files_path(list, err, "%s/.compile", job->dir);

	if (r < 0)
		return r;
	r = list_and_compile(job, list, err);
	if (unlink(list) < 0 && errno != ENOENT && r >= 0)
		return err_set(err, errno, "cannot remove %s", list);
	return r;
}

int pyc_compile_or_warn(const struct pyc_job *job, const struct listener *listener, struct err *err)
{
	const struct pyc_runtime *own = &job->runtimes[0];
	int r = pyc_compile(job, err);

	if (r != 1)
		return r;
	if (only_host(job)) {
		listener_warn(listener,
			      "%s: root runs no Python of a tree, and this machine has no Python "
			      "3.%u, so Python files stay uncompiled and every start takes longer "
			      "(Hint: install python3.%u, or do this as the tree's owner, not as "
			      "root)",
			      own->arch->name, own->minor, own->minor);
		return 0;
	}
	listener_warn(listener,
		      "%s: no Python 3.%u runs here, so Python files stay uncompiled and every "
		      "start takes longer (Hint: install qemu-user-static)",
		      own->arch->name, own->minor);
	return 0;
}
