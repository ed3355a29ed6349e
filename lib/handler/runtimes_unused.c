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
#include "handler/runtime_base.h"
#include "handler/runtimes.h"
#include "handler/starts.h"
#include "sys/fd.h"

enum { RUNTIMES_MAX = 256 };

/* One runtime that is there, or what several have in common. */
struct standing {
	char name[32]; /* WORD.d, BASE.b, or what a builder that was killed has left */
	char part[40]; /* the same between slashes */
	char base[16]; /* of WORD.d: its BASE.b; or "" */
	bool named;    /* by a generation; a base by a runtime that stays */
	bool gone;
};

struct listing {
	struct standing runtimes[RUNTIMES_MAX];
	struct executed programs[RUNTIMES_MAX]; /* of the same index */
	size_t n;
};

static bool is_base(const char *name)
{
	return str_ends(name, RUNTIME_BASE_END) && name[0] != '.';
}

static int is_runtime(const struct dirent *entry)
{
	return str_ends(entry->d_name, RUNTIME_DIR_END) || is_base(entry->d_name) ||
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

/* Which base a runtime has. */
static void find_base(const char *dir, struct standing *runtime)
{
	char link[PATH_SIZE], target[32];

	/* else it is none, or just being made */
	if (files_path(link, NULL, "%s/%s/" RUNTIME_BASE, dir, runtime->name) == 0 &&
	    fd_read_link(AT_FDCWD, link, target, sizeof(target)) == 0)
		(void)str_copy(runtime->base, sizeof(runtime->base), path_base(target)); /* or "" */
}

static int add_runtime(const char *dir, const char *name, struct err *err, void *ctx)
{
	struct listing *listing = ctx;
	char program[PATH_SIZE];
	struct standing *runtime = &listing->runtimes[listing->n];
	const char *in = is_base(name) ? path_base(RUNTIME_PROGRAM) : RUNTIME_PROGRAM;
	int r;

	if (listing->n == RUNTIMES_MAX || strlen(name) >= sizeof(runtime->name))
		return 0; /* another time */
	r = files_path(program, err, "%s/%s/%s", dir, name, in);
	if (r < 0)
		return r;
	(void)str_copy(runtime->name, sizeof(runtime->name), name);
	(void)snprintf(runtime->part, sizeof(runtime->part), "/%s/", name); /* fits */
	runtime->named = is_being_made(name);
	find_base(dir, runtime);
	if (executed_of(program, &listing->programs[listing->n]) && !is_base(name))
		listing->programs[listing->n].part = runtime->part;
	listing->n++;
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

/* A process that was started from an image executes what started it, not the interpreter. */
static int note_started(const char *tree, const char *word, struct err *err, void *ctx)
{
	struct listing *listing = ctx;
	char name[32];

	(void)tree, (void)err;
	(void)snprintf(name, sizeof(name), "%s" RUNTIME_DIR_END, word);
	for (size_t i = 0; i < listing->n; i++)
		listing->programs[i].used |= str_eq(listing->runtimes[i].name, name);
	return 0;
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
	r = executed_find(ret->programs, ret->n, err);
	return r < 0 ? r : starts_each_used(note_started, ret, err);
}

/* Removes the link beside NAME.b that leads into it; so an older BusyPy made one of NAME.d. */
static int drop_link(const char *name, struct err *err)
{
	char link[64], target[64];

	(void)snprintf(link, sizeof(link), RUNTIME_ROOT "/%s", name);
	link[strlen(link) - strlen(RUNTIME_BASE_END)] = '\0'; /* all ends are as long */
	if (fd_read_link(AT_FDCWD, link, target, sizeof(target)) < 0 || !path_below(target, name))
		return 0;
	return walk_remove(link, err);
}

static int drop(const char *name, struct err *err)
{
	char path[PATH_SIZE];
	int r = files_path(path, err, RUNTIME_ROOT "/%s", name);

	if (r == 0)
		r = walk_remove(path, err);
	return r < 0 || name[0] == '.' ? r : drop_link(name, err);
}

/* True if a link of a runtime or a base leads somewhere. */
static bool leads(const char *name, const char *link)
{
	char path[64];

	(void)snprintf(path, sizeof(path), RUNTIME_ROOT "/%s/%s", name, link);
	return runtime_base_is_there(path);
}

static int read_tree(const char *name, char ret[PATH_SIZE])
{
	char link[64];

	(void)snprintf(link, sizeof(link), RUNTIME_ROOT "/%s/" RUNTIME_TREE, name);
	return fd_read_link(AT_FDCWD, link, ret, PATH_SIZE);
}

/* The libraries of a base that stays are looked up in the tree of a runtime that goes: in another
 * one's from now on, before the version of the first may be removed. So they are where it has been
 * removed already. */
static int hand_over(const struct standing *base, const struct listing *listing, struct err *err)
{
	char tree[PATH_SIZE], other[PATH_SIZE] = "";
	char word[RUNTIME_WORD_SIZE];
	bool stays = leads(base->name, RUNTIME_CLIB);

	if (read_tree(base->name, tree) < 0 ||
	    str_copy_bytes(word, sizeof(word), base->name,
			   strlen(base->name) - strlen(RUNTIME_BASE_END)) < 0)
		return 0; /* it is just being made */
	for (size_t i = 0; i < listing->n; i++) {
		const struct standing *runtime = &listing->runtimes[i];
		char its[PATH_SIZE];

		if (runtime->gone || !str_eq(runtime->base, base->name) ||
		    read_tree(runtime->name, its) < 0)
			continue;
		if (str_eq(its, tree) && stays)
			return 0;
		if (!str_eq(its, tree) && !other[0] && leads(runtime->name, RUNTIME_TREE))
			(void)str_copy(other, sizeof(other), its); /* as large */
	}
	return other[0] ? runtime_base_lead(word, other, err) : 0;
}

/* Decides what goes. A base stays with the last runtime that has it, or as long as any process
 * executes its interpreter, by whatever name; and while there are more runtimes than were listed,
 * of which any may have it. */
static int choose(struct listing *listing)
{
	int kept = 0;

	for (size_t i = 0; i < listing->n; i++) {
		struct standing *runtime = &listing->runtimes[i];

		if (is_base(runtime->name))
			continue;
		runtime->gone = !runtime->named && !listing->programs[i].used;
		kept += listing->programs[i].used && !runtime->named;
		for (size_t j = 0; j < listing->n && !runtime->gone; j++)
			listing->runtimes[j].named |=
				str_eq(listing->runtimes[j].name, runtime->base);
	}
	for (size_t i = 0; i < listing->n; i++) {
		struct standing *base = &listing->runtimes[i];

		if (is_base(base->name))
			base->gone = !base->named && !listing->programs[i].used &&
				     listing->n < RUNTIMES_MAX;
	}
	return kept;
}

int runtimes_unused_drop(struct err *err)
{
	ARRAY_FREE struct listing *listing = calloc(1, sizeof(*listing));
	int kept, r;

	if (!listing)
		return err_set(err, ENOMEM, "cannot list " RUNTIME_ROOT);
	if (!runtimes_mounted())
		return 0;
	r = list_runtimes(listing, err);
	if (r < 0)
		return r;
	kept = choose(listing);
	for (size_t i = 0; r >= 0 && i < listing->n; i++) {
		if (is_base(listing->runtimes[i].name) && !listing->runtimes[i].gone)
			r = hand_over(&listing->runtimes[i], listing, err);
	}
	for (size_t i = 0; r >= 0 && i < listing->n; i++) {
		if (listing->runtimes[i].gone)
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
	char tree[PATH_SIZE];

	(void)dir;
	if (read_tree(name, tree) < 0) /* it is just being made, or removed */
		return 0;
	return visiting->each(tree, err, visiting->ctx);
}

int runtimes_each_tree(int (*each)(const char *tree, struct err *err, void *ctx), void *ctx,
		       struct err *err)
{
	struct visiting visiting = { .each = each, .ctx = ctx };
	struct files_names names = { .select = is_runtime, .each = visit, .ctx = &visiting };

	return runtimes_mounted() ? files_each_name(RUNTIME_ROOT, &names, err) : 0;
}
