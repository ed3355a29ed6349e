/* SPDX-License-Identifier: MIT */
/* Reads the host's mount table by libmount: what is pruned, and whether mounts propagate. */
#include "handler/mounts.h"

#include <errno.h>
#include <libmount/libmount.h>
#include <string.h>

#include "core/conf.h"
#include "core/err.h"
#include "core/facts.h"
#include "core/runtime_layout.h"
#include "core/sha256.h"
#include "core/str.h"
#include "handler/generation.h"

/* The mount table and a place in it; initialise with { 0 }. */
struct walk {
	struct libmnt_table *table;
	struct libmnt_iter *iter;
};

static void walk_end(struct walk *walk)
{
	mnt_free_iter(walk->iter);
	mnt_unref_table(walk->table);
}

#define WALK_CLEANUP __attribute__((cleanup(walk_end)))

static int walk_begin(struct walk *walk, struct err *err)
{
	walk->table = mnt_new_table_from_file("/proc/self/mountinfo");
	if (!walk->table)
		return err_set(err, errno, "cannot read /proc/self/mountinfo");
	walk->iter = mnt_new_iter(MNT_ITER_FORWARD);
	if (!walk->iter)
		return err_set(err, ENOMEM, "cannot read the mount table");
	return 0;
}

/* The next mount that has a target; NULL after the last. */
static struct libmnt_fs *walk_next(struct walk *walk, const char **ret_target)
{
	struct libmnt_fs *fs;

	while (mnt_table_next_fs(walk->table, walk->iter, &fs) == 0) {
		*ret_target = mnt_fs_get_target(fs);
		if (*ret_target)
			return fs;
	}
	return NULL;
}

int mounts_find_pruned(const struct conf *conf, struct facts *facts, struct err *err)
{
	WALK_CLEANUP struct walk walk = { 0 };
	const char *target;
	int r = walk_begin(&walk, err);

	if (r < 0)
		return r;
	while (walk_next(&walk, &target)) {
		/* A hundred thousand mounts would still be correct, only slower: stop quietly. */
		if (conf_prunes(conf, target) && facts_add_pruned(facts, target) < 0)
			break;
	}
	return 0;
}

int mounts_summarise(const struct conf *conf, struct mounts_summary *ret, struct err *err)
{
	WALK_CLEANUP struct walk walk = { 0 };
	struct libmnt_fs *fs;
	const char *target;
	int r = walk_begin(&walk, err);

	if (r < 0)
		return r;
	*ret = (struct mounts_summary){ 0 };
	while ((fs = walk_next(&walk, &target))) {
		const char *optional = mnt_fs_get_optional_fields(fs);

		ret->n++;
		if (conf_prunes(conf, target))
			ret->n_pruned++;
		if (str_eq(target, "/"))
			ret->root_propagates = optional && str_starts(optional, "shared:");
	}
	return 0;
}

int mounts_add_to(const struct conf *conf, struct sha256 *sha, struct err *err)
{
	WALK_CLEANUP struct walk walk = { 0 };
	struct libmnt_fs *fs;
	const char *target;
	int r = walk_begin(&walk, err);

	if (r < 0)
		return r;
	while ((fs = walk_next(&walk, &target))) {
		int id = mnt_fs_get_id(fs);

		if (conf_prunes(conf, target) || path_below(target, GENERATION_ROOT) ||
		    path_below(target, RUNTIME_ROOT))
			continue;
		sha256_add(sha, target, strlen(target) + 1);
		sha256_add(sha, &id, sizeof(id));
	}
	return 0;
}
