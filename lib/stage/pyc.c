/* SPDX-License-Identifier: MIT */
/* Lists sources, has them compiled beside, and takes what has become of them: no more than that. */
#include "stage/pyc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/exact.h"
#include "base/files.h"
#include "base/listener.h"
#include "base/sysroot.h"
#include "base/walk.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/pyc_head.h"
#include "core/str.h"
#include "stage/compiler.h"
#include "stage/copy.h"
#include "sys/below.h"
#include "sys/fd.h"

enum { PYC_MAX = 64 * 1024 * 1024 /* bytes of one compiled file that are believed */ };

/* What a walk over the .py files of a directory needs to know. */
struct sources {
	const struct pyc_job *job;
	struct sysroot *root; /* what is stripped: links lead nowhere else */
	FILE *list;	      /* receives those that have no .pyc */
	const char *peer;     /* or: whose .pyc are taken */
	size_t top;	      /* bytes of a path that are the walk's own start */
	unsigned minor;
};

/* dir/name.py -> dir/__pycache__/name.cpython-3N.pyc */
static int cache_path(const char *path, unsigned minor, char *ret, struct err *err)
{
	const char *base = path_base(path);

	return files_path(ret, err, "%.*s__pycache__/%.*s.cpython-3%u.pyc", (int)(base - path),
			  path, (int)(strlen(base) - 3), base, minor);
}

/* The file that is the source at name, "/..." in the sysroot; -errno if it is none. */
static int find_source(const struct sysroot *root, const char *name, char *ret, struct stat *st)
{
	int r = sysroot_find(root, name, ret);

	if (r == 0)
		r = exact_stat(ret, st);
	return r == 0 && !S_ISREG(st->st_mode) ? -EINVAL : r;
}

/* -- what there is to compile --------------------------------------------------------------- */

/* A link counts, too: it has a .pyc of its own name. */
static int list_one(const struct walk_entry *entry, struct err *err, void *ctx)
{
	struct sources *sources = ctx;
	const char *name = entry->path + sources->top;
	char cached[PATH_SIZE], real[PATH_SIZE];
	struct stat st;
	int r;

	if (S_ISDIR(entry->st->st_mode) || !str_ends(entry->path, ".py") || strchr(name, '\n'))
		return 0; /* a name with a line feed cannot be on the list */
	if (find_source(sources->root, name, real, &st) < 0)
		return 0;
	r = cache_path(entry->path, sources->minor, cached, err);
	if (r < 0 || exact_exists(cached))
		return r;
	return fprintf(sources->list, "%s\n", name + 1) < 0 ? -ENOMEM : 0;
}

static int list_sources(struct sources *sources, char **ret, struct err *err)
{
	size_t n;
	int r;

	sources->list = open_memstream(ret, &n);
	if (!sources->list)
		return err_set(err, ENOMEM, "cannot list the Python files");
	r = exact_walk(sources->job->dir, &(struct walk){ .each = list_one, .ctx = sources }, err);
	if (fclose(sources->list) != 0 && r == 0)
		r = err_set(err, ENOMEM, "cannot list the Python files");
	return r;
}

/* -- what has become of it ------------------------------------------------------------------ */

/* True if a compiled file is what it is to be: by its first bytes one for this very source. */
static bool is_pyc_of(int fd, const struct sources *sources, const char *source)
{
	enum pyc_kind kind = sources->job->checked ? PYC_CHECKED : PYC_UNCHECKED;
	FILES_FREE char *text = NULL;
	uint8_t bytes[PYC_HEAD_SIZE];
	struct pyc_head head;
	struct stat st;
	size_t n;
	ssize_t got = fd_read_at(fd, bytes, sizeof(bytes), 0);

	if (got < 0 || fstat(fd, &st) < 0 || st.st_size > PYC_MAX ||
	    pyc_head_parse(bytes, (size_t)got, &head) < 0 || head.kind != kind)
		return false;
	if (head.magic != pyc_magic(sources->minor))
		return pyc_magic(sources->minor) == 0; /* newer than we know */
	return exact_read(source, &text, &n, NULL) == 0 &&
	       head.hash == pyc_source_hash(sources->minor, (const uint8_t *)text, n);
}

/* "/usr/lib/x.py" below what is stripped. */
static int take_one(const struct sources *sources, const struct compiler *compiler,
		    const char *name, struct err *err)
{
	FD_CLEANUP int fd = -1;
	char made[PATH_SIZE], real[PATH_SIZE], source[PATH_SIZE], to[PATH_SIZE];
	const char *base = path_base(name);
	struct stat st;
	int r = files_path(made, err, "%s/pyc%s%.*s%.*s.cpython-3%u.pyc", compiler->dir,
			   compiler->at, (int)(base - name), name, (int)(strlen(base) - 3), base,
			   sources->minor);

	if (r < 0)
		return r;
	fd = exact_open_file(made, NULL);
	if (fd < 0 || find_source(sources->root, name, real, &st) < 0 ||
	    !is_pyc_of(fd, sources, real))
		return 0; /* it could not be compiled, or is another since */
	r = files_path(source, err, "%s%s", sources->job->strip, name);
	if (r < 0)
		return r;
	r = cache_path(source, sources->minor, to, err);
	if (r < 0)
		return r;
	r = exact_mkdirs_for(to, err);
	if (r < 0)
		return r;
	r = copy_bytes(fd, made, to, err);
	return r < 0 ? r : exact_chmod(to, 0644, err);
}

static int take_all(const struct sources *sources, const struct compiler *compiler, struct err *err)
{
	char name[PATH_SIZE];

	for (const char *line = compiler->names; *line;) {
		size_t n = strcspn(line, "\n");
		int r = files_path(name, err, "/%.*s", (int)n, line);

		if (r == 0)
			r = take_one(sources, compiler, name, err);
		if (r < 0)
			return r;
		line += n + (line[n] == '\n');
	}
	return 0;
}

static int compile_beside(const struct sources *sources, struct compiler *compiler, struct err *err)
{
	int fd, r = exact_remove(compiler->dir, err);

	if (r < 0)
		return r;
	r = exact_mkdirs_for(compiler->dir, err);
	if (r < 0)
		return r;
	fd = below_open_root(sources->job->work, O_PATH | O_DIRECTORY);
	r = fd < 0 ? fd : below_mkdir(fd, path_base(compiler->dir), 0700);
	fd_close(&fd);
	if (r < 0)
		return err_set(err, -r, "cannot create %s", compiler->dir);
	fd_close(&r);
	r = compiler_run(compiler, err);
	if (r == 0)
		r = take_all(sources, compiler, err);
	fd = exact_remove(compiler->dir, r < 0 ? NULL : err);
	return r >= 0 && fd < 0 ? fd : r;
}

static int compile(const struct pyc_job *job, struct compiler *compiler, struct err *err)
{
	ARRAY_FREE struct sysroot *root = malloc(sizeof(*root)); /* too large for a stack */
	FILES_FREE char *names = NULL;
	char dir[PATH_SIZE];
	struct sources sources = {
		.job = job, .root = root, .top = strlen(job->strip), .minor = job->runtimes[0].minor
	};
	int r = root ? sysroot_init(root, job->strip) : -ENOMEM;

	if (r < 0)
		return err_set(err, -r, "cannot list the Python files");
	r = files_path(dir, err, "%s/compiled", job->work);
	if (r < 0)
		return r;
	r = list_sources(&sources, &names, err);
	if (r < 0 || !*names)
		return r;
	compiler->job = job;
	compiler->names = names;
	compiler->dir = dir;
	return compile_beside(&sources, compiler, err);
}

int pyc_compile_or_warn(const struct pyc_job *job, const struct listener *listener, struct err *err)
{
	const struct pyc_runtime *own = &job->runtimes[0];
	struct compiler *compiler = calloc(1, sizeof(*compiler));
	int r = compiler ? compile(job, compiler, err) : err_set(err, ENOMEM, "cannot compile");

	if (r == 1 && compiler->why[0])
		listener_warn(listener,
			      "%s: Python 3.%u runs in a sandbox alone, and cannot (%s), so Python "
			      "files stay uncompiled and every start takes longer (Hint: install "
			      "python3.%u)",
			      own->arch->name, own->minor, compiler->why, own->minor);
	else if (r == 1)
		listener_warn(listener,
			      "%s: no Python 3.%u runs here, so Python files stay uncompiled and "
			      "every start takes longer (Hint: install qemu-user-static)",
			      own->arch->name, own->minor);
	free(compiler);
	return r < 0 ? r : 0;
}

/* -- what peers have compiled --------------------------------------------------------------- */

/* True if it is one of ours: PEP 552's flags say unchecked. A Python that could write into a tree
 * may have left one that depends on times; another user could still change his. */
static bool is_ours(int fd)
{
	unsigned char head[8];
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_uid == geteuid() &&
	       fd_read_all(fd, head, sizeof(head)) == sizeof(head) && head[4] == 1 &&
	       head[5] == 0 && head[6] == 0 && head[7] == 0;
}

static int share_one(const struct walk_entry *entry, struct err *err, void *ctx)
{
	const struct sources *sources = ctx;
	char peer[PATH_SIZE], from[PATH_SIZE], to[PATH_SIZE];
	FD_CLEANUP int fd = -1;
	struct stat other;
	int r;

	if (!S_ISREG(entry->st->st_mode) || !str_ends(entry->path, ".py"))
		return 0;
	r = files_path(peer, err, "%s%s", sources->peer, entry->path + sources->top);
	if (r < 0 || exact_stat(peer, &other) < 0 || other.st_ino != entry->st->st_ino ||
	    other.st_dev != entry->st->st_dev)
		return r;
	r = cache_path(peer, sources->minor, from, err);
	if (r < 0)
		return r;
	r = cache_path(entry->path, sources->minor, to, err);
	if (r < 0 || exact_exists(to))
		return r;
	fd = exact_open_file(from, NULL);
	if (fd < 0 || !is_ours(fd))
		return 0;
	r = exact_mkdirs_for(to, err);
	if (r < 0)
		return r;
	(void)exact_link(fd, to); /* what cannot be linked is compiled again */
	return 0;
}

int pyc_share(const char *dir, const char *peer, unsigned minor, struct err *err)
{
	struct sources sources = { .peer = peer, .top = strlen(dir), .minor = minor };

	return exact_walk(dir, &(struct walk){ .each = share_one, .ctx = &sources }, err);
}
