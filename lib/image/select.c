/* SPDX-License-Identifier: MIT */
/* Walks a tree in byte order and knows the names that one file has. Nothing is written here. */
#include "image/select.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/folder.h"
#include "base/walk.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "image/pack.h"
#include "sys/trust.h"

/* No tree has as much: what seems to is of holes. */
#define PACK_MAX (64LL << 30)

/* A file that has several names. Only names that are packed count: the tree may share files with
 * another version, or another arch. */
struct shared_file {
	dev_t dev;
	ino_t ino;
	unsigned names;
	int64_t number; /* 0 before it is met */
};

struct selection {
	const struct pack_request *request;
	struct trust trust;
	const struct select_visitor *visitor;
	struct pack_size *sizes;
	struct shared_file *shared;
	size_t n_shared, room;
	off_t bytes;  /* of files with one name */
	int64_t last; /* number that was given */
	size_t top;   /* bytes of the tree's path and the slash */
	int (*action)(struct selection *s, const struct walk_entry *at, const char *path);
	struct err *err;
};

/* True for what belongs to another arch than the one that is packed. */
static bool is_foreign(const struct pack_request *request, const char *path)
{
	static const char *const folders[] = { TREE_PYTHON, TREE_CLIB, TREE_INFO };
	char arch[TREE_ARCH_SIZE];

	if (!request->arch)
		return false;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		if (tree_layout_below(path, folders[i], arch) && arch_by_name(arch))
			return !str_eq(arch, request->arch->name);
	}
	return tree_layout_init_arch(path, arch) && arch_by_name(arch) &&
	       !str_eq(arch, request->arch->name);
}

/* "name.py", "name/", "name.cpython-311-...", "__pycache__/name...": all of module name. */
static bool is_left_out(const struct pack_request *request, const char *path)
{
	char arch[TREE_ARCH_SIZE];
	const char *rest = tree_layout_below(path, TREE_PYTHON, arch);
	const char *module;

	if (!request->left_out || !rest || !str_starts(rest, "/usr/lib/python3"))
		return false;
	module = strchr(rest + 9, '/');
	if (!module)
		return false;
	module++;
	if (str_starts(module, "lib-dynload/") || str_starts(module, "__pycache__/"))
		module = strchr(module, '/') + 1;
	for (size_t i = 0; request->left_out[i]; i++) {
		size_t n = strlen(request->left_out[i]);

		if (strncmp(module, request->left_out[i], n) == 0 &&
		    (module[n] == '\0' || module[n] == '.' || module[n] == '/'))
			return true;
	}
	return false;
}

static enum pack_component component_of(const char *path)
{
	char arch[TREE_ARCH_SIZE];
	const char *rest = tree_layout_below(path, TREE_PYTHON, arch);

	if (str_starts(path, TREE_CLIB "/"))
		return PACK_LIBRARIES;
	if (str_starts(path, "bin/") || str_starts(path, "sbin/") ||
	    str_starts(path, TREE_SITE "/"))
		return str_ends(path, ".pyc") ? PACK_BYTECODE : PACK_PROGRAMS;
	if (!rest)
		return PACK_OTHER;
	if (str_ends(path, ".pyc"))
		return PACK_BYTECODE;
	if (strstr(rest, "/lib-dynload/"))
		return PACK_EXTENSIONS;
	if (str_starts(rest, "/usr/lib/python3"))
		return PACK_STDLIB;
	return str_starts(rest, "/usr/bin/") ? PACK_INTERPRETER : PACK_DATA;
}

static int compare_shared(const void *a, const void *b)
{
	const struct shared_file *x = a, *y = b;

	if (x->dev != y->dev)
		return x->dev < y->dev ? -1 : 1;
	return x->ino < y->ino ? -1 : x->ino > y->ino;
}

static int note_shared(struct selection *s, const struct walk_entry *at, const char *path)
{
	const struct stat *st = at->st;

	if (!S_ISREG(st->st_mode))
		return 0;
	if (st->st_size > PACK_MAX - s->bytes)
		return err_say(s->err, EFBIG, "%s has more than 64 GiB of files (with %s)",
			       s->request->tree, path);
	if (st->st_nlink < 2) {
		s->bytes += st->st_size;
		return 0;
	}
	if (array_reserve(&s->shared, &s->room, s->n_shared + 1, sizeof(*s->shared)) < 0)
		return err_set(s->err, ENOMEM, "cannot pack %s", s->request->tree);
	s->shared[s->n_shared++] =
		(struct shared_file){ .dev = st->st_dev, .ino = st->st_ino, .names = 1 };
	return 0;
}

/* One element per file instead of one per name. */
static void merge_shared(struct selection *s)
{
	size_t n = 0;

	if (s->n_shared)
		qsort(s->shared, s->n_shared, sizeof(*s->shared), compare_shared);
	for (size_t i = 0; i < s->n_shared; i++) {
		if (n && compare_shared(&s->shared[n - 1], &s->shared[i]) == 0)
			s->shared[n - 1].names++;
		else
			s->shared[n++] = s->shared[i];
	}
	s->n_shared = n;
}

/* Names of one file get one number, everything else a number of its own. */
static void number(struct selection *s, struct select_file *file)
{
	struct shared_file key = { .dev = file->stat->st_dev, .ino = file->stat->st_ino };
	struct shared_file *shared = NULL;

	if (S_ISREG(file->stat->st_mode) && file->stat->st_nlink > 1 && s->n_shared)
		shared = bsearch(&key, s->shared, s->n_shared, sizeof(key), compare_shared);
	file->names = shared ? shared->names : 1;
	file->seen = shared && shared->number;
	file->number = file->seen ? shared->number : ++s->last;
	if (shared)
		shared->number = file->number;
}

static int show(struct selection *s, const struct walk_entry *at, const char *path)
{
	struct select_file file = {
		.path = path, .dir = at->dir, .name = at->name, .stat = at->st
	};

	number(s, &file);
	if (S_ISREG(file.stat->st_mode) && !file.seen) {
		struct pack_size *size = &s->sizes[component_of(path)];

		size->files++;
		size->bytes += (uint64_t)file.stat->st_size;
	}
	return s->visitor->each ? s->visitor->each(&file, s->err, s->visitor->ctx) : 0;
}

static int show_left_out(const struct selection *s, const char *path)
{
	int r = s->visitor->left_out ? s->visitor->left_out(path, s->visitor->ctx) : 0;

	return r < 0 ? err_set(s->err, -r, "cannot pack %s", path) : 0;
}

/* What newc cannot carry, or the kernel would unpack as something else. */
static int check_newc(const struct selection *s, const struct walk_entry *at, const char *path)
{
	if (s->request->format != PACK_CPIO)
		return 0;
	if (str_eq(path, "TRAILER!!!"))
		return err_say(s->err, EINVAL, "%s has the name that ends a cpio archive",
			       at->path);
	if (str_eq(path, "init") && S_ISDIR(at->st->st_mode))
		return err_say(s->err, EINVAL,
			       "%s is a directory, where an initramfs has the program that the "
			       "kernel starts",
			       at->path);
	if (S_ISREG(at->st->st_mode) && at->st->st_size > UINT32_MAX)
		return err_say(s->err, EFBIG,
			       "%s is larger than the 4 GiB that a file of an initramfs can have",
			       at->path);
	return 0;
}

/* 1 for what is left out. */
static int visit(struct selection *s, const struct walk_entry *at)
{
	const char *path = at->path + s->top;
	int r;

	if (strlen(at->path) < s->top)
		return 0; /* the tree itself */
	if (str_eq(path, TREE_STAGING))
		return tree_layout_being_staged(s->request->tree, s->err);
	if (is_foreign(s->request, path) || is_left_out(s->request, path)) {
		r = s->action == show ? show_left_out(s, path) : 0;
		return r < 0 ? r : 1;
	}
	if (!S_ISREG(at->st->st_mode) && !S_ISDIR(at->st->st_mode) && !S_ISLNK(at->st->st_mode))
		return err_say(s->err, EINVAL, "%s is neither file, directory nor link", at->path);
	r = check_newc(s, at, path);
	if (r < 0)
		return r;
	r = s->trust.uid == 0 ? trust_state(&s->trust, at->st, at->path, s->err) : 0;
	return r < 0 ? r : s->action(s, at, path);
}

/* A directory comes before what is in it. */
static int enter(const struct walk_entry *entry, struct err *err, void *ctx)
{
	(void)err;
	return visit(ctx, entry);
}

static int visit_other(const struct walk_entry *entry, struct err *err, void *ctx)
{
	int r = S_ISDIR(entry->st->st_mode) ? 0 : visit(ctx, entry);

	(void)err;
	return r < 0 ? r : 0;
}

static int walk(struct selection *s,
		int (*action)(struct selection *s, const struct walk_entry *at, const char *path))
{
	const struct walk walk = { .enter = enter, .each = visit_other, .ctx = s, .crosses = true };

	s->action = action;
	return folder_walk(s->request->folder, ".", &walk, s->err);
}

int select_files(const struct pack_request *request, const struct select_visitor *visitor,
		 struct pack_size *ret, struct err *err)
{
	struct selection s = {
		.request = request,
		.visitor = visitor,
		.sizes = ret,
		.top = strlen(request->folder->path) + 1,
		.err = err,
	};
	int r;

	trust_init(&s.trust);
	memset(ret, 0, sizeof(*ret) * PACK_COMPONENTS);
	r = walk(&s, note_shared);
	if (r == 0) {
		merge_shared(&s);
		r = walk(&s, show);
	}
	free(s.shared);
	return r;
}
