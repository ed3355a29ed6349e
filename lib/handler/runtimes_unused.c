/* SPDX-License-Identifier: MIT */
/* Which runtimes are named, executed, or being made; the others go. */
#include "handler/runtimes_unused.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/files.h"
#include "base/walk.h"
#include "core/contract.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/runtime_layout.h"
#include "core/str.h"
#include "handler/executed.h"
#include "handler/generation.h"
#include "handler/runtimes.h"

enum { RUNTIMES_MAX = 256 };

/* One runtime that is there. */
struct standing {
	char name[32]; /* WORD.d, or what a builder that was killed has left */
	bool named;    /* by a generation */
};

struct listing {
	struct standing runtimes[RUNTIMES_MAX];
	struct executed programs[RUNTIMES_MAX]; /* of the same index */
	size_t n;
};

static int is_runtime(const struct dirent *entry)
{
	return str_ends(entry->d_name, RUNTIME_DIR_END) ||
	       str_starts(entry->d_name, RUNTIMES_TEMPORARY);
}

/* True while the process that makes it lives. */
static bool is_being_made(const char *name)
{
	uint64_t pid;

	return str_starts(name, RUNTIMES_TEMPORARY) &&
	       str_to_u64(name + sizeof(RUNTIMES_TEMPORARY) - 1, 10, &pid) == 0 &&
	       pid <= INT32_MAX && kill((pid_t)pid, 0) == 0;
}

static int add_runtime(const char *dir, const char *name, struct err *err, void *ctx)
{
	struct listing *listing = ctx;
	char program[PATH_SIZE];
	struct standing *runtime = &listing->runtimes[listing->n];
	int r;

	if (listing->n == RUNTIMES_MAX || strlen(name) >= sizeof(runtime->name))
		return 0; /* another time */
	r = files_path(program, err, "%s/%s/" RUNTIME_PROGRAM, dir, name);
	if (r < 0)
		return r;
	(void)str_copy(runtime->name, sizeof(runtime->name), name);
	runtime->named = is_being_made(name);
	(void)executed_of(program, &listing->programs[listing->n++]);
	return 0;
}

static void note_named(const struct contract *contract, void *ctx)
{
	struct listing *listing = ctx;

	for (size_t i = 0; i < contract->n_trees; i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "%s" RUNTIME_DIR_END, contract->trees[i].word);
		for (size_t j = 0; j < listing->n; j++)
			listing->runtimes[j].named |= str_eq(listing->runtimes[j].name, name);
	}
}

static int list_runtimes(struct listing *ret, struct err *err)
{
	struct files_names names = { .select = is_runtime, .each = add_runtime, .ctx = ret };
	int r = files_each_name(RUNTIME_ROOT, &names, err);

	if (r < 0)
		return r;
	r = generation_each(note_named, ret, err);
	if (r < 0)
		return r;
	return executed_find(ret->programs, ret->n, err);
}

static int drop(const char *name, struct err *err)
{
	char path[PATH_SIZE];
	int r = files_path(path, err, RUNTIME_ROOT "/%s", name);

	if (r < 0)
		return r;
	r = walk_remove(path, err);
	if (r == 0 && str_ends(name, RUNTIME_DIR_END)) {
		path[strlen(path) - strlen(RUNTIME_DIR_END)] = '\0'; /* the link to its cache */
		r = walk_remove(path, err);
	}
	return r;
}

int runtimes_unused_drop(struct err *err)
{
	ARRAY_FREE struct listing *listing = calloc(1, sizeof(*listing));
	int kept = 0, r;

	if (!listing)
		return err_set(err, ENOMEM, "cannot list " RUNTIME_ROOT);
	if (!runtimes_mounted())
		return 0;
	r = list_runtimes(listing, err);
	for (size_t i = 0; r >= 0 && i < listing->n; i++) {
		bool named = listing->runtimes[i].named, used = listing->programs[i].used;

		kept += used && !named;
		if (!named && !used)
			r = drop(listing->runtimes[i].name, err);
	}
	if (r < 0)
		return r;
	runtimes_unmount_empty();
	return kept;
}

struct visiting {
	int (*each)(const char *tree, struct err *err, void *ctx);
	void *ctx;
};

static int visit(const char *dir, const char *name, struct err *err, void *ctx)
{
	const struct visiting *visiting = ctx;
	char link[PATH_SIZE], tree[PATH_SIZE];
	ssize_t n;
	int r = files_path(link, err, "%s/%s/" RUNTIME_TREE, dir, name);

	if (r < 0)
		return r;
	n = readlink(link, tree, sizeof(tree) - 1);
	if (n < 0) /* it is just being made, or removed */
		return 0;
	tree[n] = '\0';
	return visiting->each(tree, err, visiting->ctx);
}

int runtimes_each_tree(int (*each)(const char *tree, struct err *err, void *ctx), void *ctx,
		       struct err *err)
{
	struct visiting visiting = { .each = each, .ctx = ctx };
	struct files_names names = { .select = is_runtime, .each = visit, .ctx = &visiting };

	return runtimes_mounted() ? files_each_name(RUNTIME_ROOT, &names, err) : 0;
}
