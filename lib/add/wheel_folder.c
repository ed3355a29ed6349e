/* SPDX-License-Identifier: MIT */
/* Moves files by what the RECORDs say. */
#include "add/wheel_folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "add/work.h"
#include "base/dists.h"
#include "base/exact.h"
#include "base/files.h"
#include "base/walk.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "stage/copy.h"

static int is_info(const struct dirent *entry)
{
	return str_ends(entry->d_name, ".dist-info");
}

static int count(const char *dir, const char *name, struct err *err, void *ctx)
{
	(void)dir;
	(void)name;
	(void)err;
	++*(size_t *)ctx;
	return 0;
}

bool wheel_folder_is(int fd)
{
	size_t n = 0;
	const struct files_names names = { .select = is_info, .each = count, .ctx = &n };

	return files_each_name_at(fd, ".", ".", &names, NULL) == 0 && n > 0;
}

int wheel_folder_open(struct add *add, const struct add_wheel_file *file, struct wheel_folder *ret,
		      struct err *err)
{
	char to[PATH_SIZE];
	struct stat st;
	struct copy copy = { .root = add->host, .to = to, .flags = COPY_AS_SEEN, .seen = &st };
	int r = files_path(to, err, "%.*s", (int)(path_base(ret->dir) - ret->dir) - 1, ret->dir);

	if (r < 0)
		return r;
	ret->from = file->path;
	if (fstat(file->fd, &st) < 0)
		return err_set(err, errno, "cannot read %s", file->path);
	r = exact_mkdirs(to, err);
	if (r < 0)
		return r;
	r = copy_tree(&copy, file->path, path_base(ret->dir), err);
	if (r < 0)
		return r;
	ret->dists = calloc(1, sizeof(*ret->dists));
	if (!ret->dists)
		return err_set(err, ENOMEM, "cannot read %s", file->path);
	return dists_read_folder(ret->dir, ret->dists, err);
}

void wheel_folder_close(struct wheel_folder *folder)
{
	if (folder->dists)
		dists_free(folder->dists);
	free(folder->dists);
	folder->dists = NULL;
}

/* -- one distribution ----------------------------------------------------------------------- */

static bool is_cache(const char *path)
{
	return strstr(path, "__pycache__/") || str_ends(path, ".pyc");
}

/* Scripts lie in bin, and come from NAME.data/scripts. */
static int name_place(const struct dist *dist, const char *dir, const char *path,
		      char ret[PATH_SIZE], struct err *err)
{
	if (str_starts(path, "bin/"))
		return files_path(ret, err, "%s/%s.data/scripts/%s", dir, dist->key,
				  path + strlen("bin/"));
	return files_path(ret, err, "%s/%s", dir, path);
}

static int move_file(const struct wheel_folder *folder, const struct dist *dist,
		     const struct dist_file *file, const char *dir, struct err *err)
{
	char from[PATH_SIZE], to[PATH_SIZE], sum[65];
	uint64_t size;
	int r = files_path(from, err, "%s/%s", folder->dir, file->path);

	if (r < 0 || is_cache(file->path))
		return r;
	if (!exact_exists(
		    from)) /* moved: two distributions have it; or pip was told to remove it */
		return 0;
	r = exact_sum(from, sum, &size, err);
	if (r < 0)
		return r;
	if ((file->sum[0] && !str_eq(file->sum, sum)) || (file->sized && file->size != size))
		return err_say(err, EINVAL, "%s: %s is not what the RECORD of %s says",
			       folder->from, file->path, dist->name);
	r = name_place(dist, dir, file->path, to, err);
	if (r < 0)
		return r;
	r = exact_mkdirs_for(to, err);
	return r < 0 ? r : exact_rename(from, to, err);
}

/* What nobody has moved: the first of it. */
static int find_left(const struct walk_entry *entry, struct err *err, void *ctx)
{
	const struct wheel_folder *folder = ctx;
	const char *path = entry->path + strlen(folder->dir);

	if (S_ISDIR(entry->st->st_mode) || is_cache(path))
		return 0;
	return err_say(err, EINVAL,
		       "%s: no RECORD in it lists %s (Hint: what pip has not put there is added by "
		       "itself)",
		       folder->from, path + 1);
}

int wheel_folder_next(struct wheel_folder *folder, char ret_dir[PATH_SIZE], struct err *err)
{
	const struct dist *dist = &folder->dists->dists[folder->next];
	int r;

	if (folder->next == folder->dists->n)
		return exact_walk(folder->dir, &(struct walk){ .each = find_left, .ctx = folder },
				  err);
	if (!dist->has_record)
		return err_say(err, EINVAL, "%s: %s has no RECORD", folder->from, dist->info);
	r = files_path(ret_dir, err, "%s.%zu", folder->dir, folder->next);
	if (r < 0)
		return r;
	for (size_t i = 0; i < dist->n_files; i++) {
		r = move_file(folder, dist, &dist->files[i], ret_dir, err);
		if (r < 0)
			return r;
	}
	folder->next++;
	return 1;
}
