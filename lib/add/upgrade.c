/* SPDX-License-Identifier: MIT */
/* Compares what comes with what the tree's RECORDs say. */
#include "add/upgrade.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "add/add.h"
#include "add/dist.h"
#include "add/going.h"
#include "add/work.h"
#include "base/array.h"
#include "base/dists.h"
#include "base/exact.h"
#include "base/files.h"
#include "base/folder.h"
#include "base/listener.h"
#include "base/path_list.h"
#include "base/walk.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "stage/skeleton.h"

/* -- what is replaced ----------------------------------------------------------------------- */

/* One distribution in two places of sys.path: programs would find only the first. */
static bool hides(const struct add_dist *dist, const struct dist *there)
{
	return !dist->arch || !there->arch || str_eq(dist->site, there->site);
}

/* What installers note of an installation is not the distribution's own. */
static bool is_own(const char *info, const char *path)
{
	static const char *const names[] = { "INSTALLER", "REQUESTED", "direct_url.json",
					     "RECORD" };

	if (!path_below(path, info))
		return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (str_eq(path + strlen(info) + 1, names[i]))
			return false;
	}
	return true;
}

/* The file that is built at a path has the bytes that a RECORD tells. */
static bool same_file(const struct add *add, const char *path, const struct dist *there)
{
	char full[PATH_SIZE], sum[65];
	uint64_t size;

	for (size_t i = 0; i < there->n_files; i++) {
		if (str_eq(there->files[i].path, path))
			return files_path(full, NULL, "%s/%s", add->build, path) == 0 &&
			       exact_sum(full, sum, &size, NULL) == 0 &&
			       str_eq(sum, there->files[i].sum);
	}
	return false;
}

static bool is_same(const struct add *add, const struct add_dist *dist, const struct dist *there)
{
	size_t own = 0, theirs = 0;

	if (!str_eq(dist->info, there->info))
		return false;
	for (size_t i = 0; i < there->n_files; i++)
		theirs += is_own(there->info, there->files[i].path);
	for (size_t i = 0; i < dist->files->n; i++) {
		if (!is_own(dist->info, dist->files->paths[i]))
			continue;
		own++;
		if (!same_file(add, dist->files->paths[i], there))
			return false;
	}
	return own == theirs;
}

static int refuse(const struct add_dist *dist, const struct dist *there, struct err *err)
{
	if (!there->has_record)
		return err_say(err, EEXIST,
			       "%s %s is in %s already, and no RECORD tells its files (Hint: it "
			       "may be a package of Debian)",
			       there->name, there->version, there->site);
	if (str_eq(there->version, dist->version))
		return err_say(err, EEXIST,
			       "%s %s is in the tree already, and is another than %s (Hint: "
			       "--force replaces it)",
			       there->name, there->version, dist->from);
	return err_say(err, EEXIST,
		       "%s %s is in the tree already (Hint: --force replaces it by %s)",
		       there->name, there->version, dist->version);
}

/* Whether one that is there goes because of one that comes. */
static int decide(struct add *add, struct add_dist *dist, const struct dist *there, bool *ret_goes,
		  struct err *err)
{
	*ret_goes = false;
	if (!str_eq(dist->key, there->key) || !hides(dist, there))
		return 0;
	if (is_same(add, dist, there)) {
		dist->same = true;
		return 0;
	}
	if (!there->has_record || !(dist->chosen || (add->request->flags & ADD_FORCE)))
		return refuse(dist, there, err);
	*ret_goes = true;
	return 0;
}

/* -- files that leave ----------------------------------------------------------------------- */

struct leaving {
	struct add *add;
	const bool *goes;	/* for each of add->there */
	struct path_list kept;	/* what those that stay list */
	char rootfs[PATH_SIZE]; /* our own programs */
};

/* True for a program that need not be the distribution's, although its RECORD lists it: one of
 * ours, or without a sum that tells it from what others have put there. */
static bool is_anothers(const struct leaving *leaving, const struct dist_file *file)
{
	char program[PATH_SIZE];

	if (!str_starts(file->path, "bin/"))
		return false;
	return !file->sum[0] ||
	       path_join(program, sizeof(program), leaving->rootfs, file->path) < 0 ||
	       exact_exists(program);
}

/* True if a file of the tree is no longer what was put there. */
static int is_edited(const struct add *add, const struct dist_file *file, bool *ret,
		     struct err *err)
{
	char path[PATH_SIZE], sum[65];
	uint64_t size;
	int r = files_path(path, err, "%s/%s", add->tree, file->path);

	*ret = false;
	if (r < 0 || !file->sum[0])
		return r;
	r = exact_sum(path, sum, &size, err);
	*ret = r == 0 && !str_eq(sum, file->sum);
	return r;
}

static int take_file(struct leaving *leaving, const struct dist_file *file, struct err *err)
{
	struct add *add = leaving->add;
	char path[PATH_SIZE];
	struct stat st;
	bool edited;
	int r = files_path(path, err, "%s/%s", add->tree, file->path);

	if (r < 0)
		return r;
	if (exact_stat(path, &st) < 0 || !S_ISREG(st.st_mode) || is_anothers(leaving, file) ||
	    path_list_has(&leaving->kept, file->path))
		return 0;
	r = is_edited(add, file, &edited, err);
	if (r < 0)
		return r;
	return path_list_add(edited ? add->edited : add->leaving, file->path) < 0
		       ? err_set(err, ENOMEM, "cannot list what goes")
		       : 0;
}

/* What others have put into the metadata's folder goes with it. */
static int take_info(const struct walk_entry *entry, struct err *err, void *ctx)
{
	const struct leaving *leaving = ctx;
	const struct add *add = leaving->add;

	if (S_ISDIR(entry->st->st_mode))
		return 0;
	return path_list_add(add->leaving, entry->path + strlen(add->tree) + 1) < 0
		       ? err_set(err, ENOMEM, "cannot list what goes")
		       : 0;
}

static int take_dist(struct leaving *leaving, const struct dist *dist, struct err *err)
{
	char path[PATH_SIZE];
	int r = 0;

	for (size_t i = 0; r == 0 && i < dist->n_files; i++) {
		if (!path_below(dist->files[i].path, dist->info))
			r = take_file(leaving, &dist->files[i], err);
	}
	if (r == 0)
		r = files_path(path, err, "%s/%s", leaving->add->tree, dist->info);
	if (r < 0)
		return r;
	return exact_walk(path, &(struct walk){ .each = take_info, .ctx = leaving }, err);
}

static int take_all(struct add *add, const bool *goes, struct err *err)
{
	struct leaving leaving = { .add = add };
	int r = skeleton_find_rootfs(NULL, leaving.rootfs, err);

	if (r < 0)
		return r;

	for (size_t i = 0; i < add->there->n; i++) {
		const struct dist *dist = &add->there->dists[i];

		for (size_t j = 0; r == 0 && !goes[i] && j < dist->n_files; j++)
			r = path_list_add(&leaving.kept, dist->files[j].path);
	}
	if (r < 0)
		r = err_set(err, ENOMEM, "cannot list what goes");
	path_list_sort(&leaving.kept);
	for (size_t i = 0; r == 0 && i < add->there->n; i++) {
		if (goes[i])
			r = take_dist(&leaving, &add->there->dists[i], err);
	}
	path_list_free(&leaving.kept);
	path_list_sort(add->leaving);
	path_list_sort(add->edited);
	return r;
}

/* Two wheels of one name. */
static int refuse_twice(const struct add *add, struct err *err)
{
	const struct add_dists *dists = add->dists;

	for (size_t i = 0; i < dists->n; i++) {
		for (size_t j = 0; j < i; j++) {
			const struct add_dist *one = &dists->dists[j], *other = &dists->dists[i];

			if (str_eq(one->key, other->key) &&
			    (!one->arch || !other->arch || one->arch == other->arch))
				return err_say(err, EEXIST, "%s and %s are both %s", one->from,
					       other->from, one->name);
		}
	}
	return 0;
}

int add_upgrade_find(struct add *add, struct err *err)
{
	ARRAY_FREE bool *goes = NULL;
	int r;

	if (!add->dists->n)
		return 0;
	r = refuse_twice(add, err);
	if (r < 0)
		return r;
	r = dists_read(add->tree, add->there, err);
	if (r < 0)
		return r;
	goes = calloc(add->there->n + 1, sizeof(*goes));
	if (!goes)
		return err_set(err, ENOMEM, "cannot list what goes");
	for (size_t i = 0; i < add->there->n; i++) {
		for (size_t j = 0; r == 0 && !goes[i] && j < add->dists->n; j++)
			r = decide(add, &add->dists->dists[j], &add->there->dists[i], &goes[i],
				   err);
	}
	return r < 0 ? r : take_all(add, goes, err);
}

/* -- what goes in the end ------------------------------------------------------------------- */

static int stays(const struct walk_entry *entry, struct err *err, void *ctx)
{
	const struct add *add = ctx;

	(void)err;
	if (S_ISDIR(entry->st->st_mode) || str_ends(entry->name, ".pyc") ||
	    path_list_has(add->leaving, entry->path + strlen(add->tree) + 1))
		return 0;
	return -EEXIST;
}

bool add_upgrade_leaves(const struct add *add, const char *path)
{
	char full[PATH_SIZE];
	struct stat st;

	if (!add->leaving->n || files_path(full, NULL, "%s/%s", add->tree, path) < 0 ||
	    exact_stat(full, &st) < 0)
		return false;
	return exact_walk(full, &(struct walk){ .each = stays, .ctx = (void *)add }, NULL) == 0;
}

static bool is_covered(const struct add *add, const char *path)
{
	for (size_t i = 0; i < add->items->n; i++) {
		if (path_below(path, add->items->items[i].to))
			return true;
	}
	return false;
}

static int take_going(struct add *add, struct going *going, struct err *err)
{
	for (size_t i = 0; i < add->leaving->n; i++) {
		const char *path = add->leaving->paths[i];
		int r;

		if (is_covered(add, path))
			continue;
		r = going_add(going, path, err);
		if (r == 0)
			r = going_add_compiled(going, path, err);
		if (r < 0)
			return r;
	}
	return going_settle(going, err);
}

int add_upgrade_settle(struct add *add, struct err *err)
{
	FOLDER_CLEANUP struct folder tree = FOLDER_NONE;
	int r;

	for (size_t i = 0; i < add->edited->n; i++) {
		if (!is_covered(add, add->edited->paths[i]))
			listener_warn(add->request->listener,
				      "%s has been edited since it was added: it stays",
				      add->edited->paths[i]);
	}
	if (!add->leaving->n)
		return 0;
	r = folder_open(add->tree, &tree, err);
	if (r < 0)
		return r;
	add->going->tree = &tree;
	r = take_going(add, add->going, err);
	add->going->tree = NULL;
	return r;
}
