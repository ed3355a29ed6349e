/* SPDX-License-Identifier: MIT */
/* Keeps the distributions that come in. */
#include "add/dist.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "add/wheel_info.h"
#include "add/work.h"
#include "base/array.h"
#include "base/files.h"
#include "base/path_list.h"
#include "core/err.h"
#include "core/path_size.h"

static void free_dist(struct add_dist *dist)
{
	free(dist->name);
	free(dist->key);
	free(dist->version);
	free(dist->from);
	free(dist->site);
	free(dist->info);
	if (dist->files)
		path_list_free(dist->files);
	free(dist->files);
}

int add_dist_note(struct add *add, const struct wheel_info *info, const struct add_wheel_file *file,
		  const struct arch *arch, const char *site, struct err *err)
{
	struct add_dists *dists = add->dists;
	struct add_dist *dist;
	char path[PATH_SIZE];
	int r = files_path(path, err, "%s/%s", site, info->folder);

	if (r < 0)
		return r;
	if (array_reserve(&dists->dists, &dists->room, dists->n + 1, sizeof(*dists->dists)) < 0)
		return err_set(err, ENOMEM, "cannot read %s", file->path);
	dist = &dists->dists[dists->n++];
	*dist = (struct add_dist){ .arch = arch, .chosen = !file->requested };
	dist->name = strdup(info->name);
	dist->key = strdup(info->key);
	dist->version = strdup(info->version);
	dist->from = strdup(file->path);
	dist->site = strdup(site);
	dist->info = strdup(path);
	dist->files = calloc(1, sizeof(*dist->files));
	if (!dist->files || !dist->name || !dist->key || !dist->version || !dist->from ||
	    !dist->site || !dist->info)
		return err_set(err, ENOMEM, "cannot read %s", file->path);
	return 0;
}

void add_dists_free(struct add_dists *dists)
{
	for (size_t i = 0; i < dists->n; i++)
		free_dist(&dists->dists[i]);
	free(dists->dists);
	memset(dists, 0, sizeof(*dists));
}
