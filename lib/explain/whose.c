/* SPDX-License-Identifier: MIT */
/* A script of a tree that would run, but not under the tree: why, and under what. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/contract.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/rule.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "explain/parts.h"
#include "explain/replay.h"
#include "explain/words.h"
#include "explain/world.h"
#include "handler/entries.h"
#include "handler/generation.h"
#include "sys/probe.h"

struct search {
	const char *tree;   /* canonical */
	struct place place; /* its root directory */
	bool enabled;	    /* where it is */
	char at[PATH_SIZE]; /* or where else */
};

static bool has(const char *dir, const char *name)
{
	char path[PATH_SIZE];

	return path_join(path, sizeof(path), dir, name) == 0 && access(path, F_OK) == 0;
}

/* The tree that a canonical path lies in; false if it lies in none. */
static bool find_tree(const char *path, char ret[PATH_SIZE])
{
	(void)str_copy(ret, PATH_SIZE, path); /* as large */
	for (char *slash = strrchr(ret, '/'); slash && slash != ret; slash = strrchr(ret, '/')) {
		*slash = '\0';
		if (has(ret, TREE_INFO) && has(ret, TREE_PYTHON) && has(ret, TREE_CLIB))
			return true;
	}
	return false;
}

static void look(const struct contract *contract, void *ctx)
{
	struct search *search = ctx;

	search->enabled = search->enabled || contract_covers(contract, search->tree);
	for (uint32_t i = 0; i < contract->n_trees; i++) {
		if (contract_tree_is(&contract->trees[i], &search->place))
			(void)str_copy(search->at, sizeof(search->at), contract->trees[i].path);
	}
}

static bool is_registered(const struct world *world)
{
	unsigned generation;

	for (size_t i = 0; i < world->n_rules && !world->rules_off; i++) {
		if (entries_own(world->rules[i].name, &generation))
			return true;
	}
	return false;
}

static void say(const struct world *world, const char *tree, const char *program, struct err *err)
{
	struct search search = { .tree = tree };
	struct err why = { 0 };
	bool unique;

	if (!is_registered(world) || probe_place(AT_FDCWD, tree, &search.place, &unique) < 0 ||
	    generation_each(look, &search, &why) < 0 || (!search.enabled && !search.at[0])) {
		(void)err_say(err, ENOENT,
			      "%s lies in a tree that is not enabled here: this machine's own %s "
			      "would run it (Hint: busypy enable %s)",
			      world->asked, program, tree);
	} else if (!search.enabled) {
		(void)err_say(err, EXDEV,
			      "%s lies in a tree that is enabled at %s, and by another path this "
			      "machine's own %s would run it (Hint: a line 'tree = %s' in "
			      "busypy.conf enables it there, too)",
			      world->asked, search.at, program, tree);
	} else {
		(void)err_say(err, ENOEXEC,
			      "this machine's own %s would run it, although its tree is enabled: "
			      "the handler does not match its first line (Hint: 'busypy check %s' "
			      "says what to write)",
			      program, tree);
	}
}

void replay_whose(const struct world *world, struct err *err)
{
	char tree[PATH_SIZE];

	if (world->here && !world->by_tree && world->by_script && world->asked[0] &&
	    find_tree(world->asked, tree))
		say(world, tree, world->program, err);
}
