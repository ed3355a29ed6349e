/* SPDX-License-Identifier: MIT */
/* libmount's table of /proc/self/mountinfo. */
#include "handler/mounts.h"

#include <errno.h>
#include <libmount/libmount.h>
#include <string.h>

#include "core/conf.h"
#include "core/err.h"
#include "core/sha256.h"
#include "core/str.h"
#include "core/view.h"
#include "handler/generation.h"

static int read_table(struct libmnt_table **ret, struct err *err)
{
	struct libmnt_table *table = mnt_new_table_from_file("/proc/self/mountinfo");

	if (!table)
		return err_set(err, errno, "cannot read /proc/self/mountinfo");
	*ret = table;
	return 0;
}

static int add_pruned(const struct conf *conf, struct libmnt_table *table, struct facts *facts,
		      struct err *err)
{
	struct libmnt_iter *iter = mnt_new_iter(MNT_ITER_FORWARD);
	struct libmnt_fs *fs;
	int r = iter ? 0 : err_set(err, ENOMEM, "cannot read the mount table");

	while (r == 0 && mnt_table_next_fs(table, iter, &fs) == 0) {
		const char *target = mnt_fs_get_target(fs);

		/* A hundred thousand mounts would still be correct, only slower: stop quietly. */
		if (target && conf_prunes(conf, target) && facts_add_pruned(facts, target) < 0)
			break;
	}
	mnt_free_iter(iter);
	return r;
}

int mounts_find_pruned(const struct conf *conf, struct facts *facts, struct err *err)
{
	struct libmnt_table *table = NULL;
	int r = read_table(&table, err);

	if (r == 0)
		r = add_pruned(conf, table, facts, err);
	mnt_unref_table(table);
	return r;
}

int mounts_summarise(const struct conf *conf, struct mounts_summary *ret, struct err *err)
{
	struct libmnt_table *table = NULL;
	struct libmnt_iter *iter;
	struct libmnt_fs *fs;
	int r = read_table(&table, err);

	if (r < 0)
		return r;
	*ret = (struct mounts_summary){ 0 };
	iter = mnt_new_iter(MNT_ITER_FORWARD);
	while (iter && mnt_table_next_fs(table, iter, &fs) == 0) {
		const char *target = mnt_fs_get_target(fs);
		const char *optional = mnt_fs_get_optional_fields(fs);

		ret->n++;
		if (!target)
			continue;
		if (conf_prunes(conf, target))
			ret->n_pruned++;
		if (str_eq(target, "/"))
			ret->root_propagates = optional && str_starts(optional, "shared:");
	}
	mnt_free_iter(iter);
	mnt_unref_table(table);
	return 0;
}

int mounts_add_to(const struct conf *conf, struct sha256 *sha, struct err *err)
{
	struct libmnt_table *table = NULL;
	struct libmnt_iter *iter;
	struct libmnt_fs *fs;
	int r = read_table(&table, err);

	if (r < 0)
		return r;
	iter = mnt_new_iter(MNT_ITER_FORWARD);
	while (iter && mnt_table_next_fs(table, iter, &fs) == 0) {
		const char *target = mnt_fs_get_target(fs);
		int id = mnt_fs_get_id(fs);

		if (!target || conf_prunes(conf, target) || path_below(target, GENERATION_ROOT))
			continue;
		sha256_add(sha, target, strlen(target) + 1);
		sha256_add(sha, &id, sizeof(id));
	}
	mnt_free_iter(iter);
	mnt_unref_table(table);
	return 0;
}
