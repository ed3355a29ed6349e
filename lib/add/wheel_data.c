/* SPDX-License-Identifier: MIT */
/* Notes data files one by one, so that no folder of a runtime is taken for a wheel's. */
#include "add/wheel_data.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "add/add.h"
#include "add/merge.h"
#include "add/work.h"
#include "base/dists.h"
#include "base/exact.h"
#include "base/files.h"
#include "base/listener.h"
#include "base/path_list.h"
#include "base/walk.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/name.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "stage/runtime_info.h"

/* -- what is left out ----------------------------------------------------------------------- */

/* How many files, and the first. */
struct left {
	size_t top; /* bytes of a path that are the folder's own */
	size_t n;
	char first[PATH_SIZE];
};

static int count_left(const struct walk_entry *entry, struct err *err, void *ctx)
{
	struct left *left = ctx;
	const char *name = entry->path + left->top;

	(void)err;
	if (S_ISDIR(entry->st->st_mode))
		return 0;
	if (!left->n++)
		(void)str_copy(left->first, sizeof(left->first),
			       *name == '/' ? name + 1 : path_base(entry->path)); /* as large */
	return 0;
}

int wheel_data_leave_out(const struct wheel_data *data, const char *path, const char *name,
			 struct err *err)
{
	const struct listener *listener = data->add->request->listener;
	struct left left = { .top = strlen(path) };
	int r = exact_walk(path, &(struct walk){ .each = count_left, .ctx = &left }, err);

	if (r < 0 || !left.n)
		return r;
	if (left.n == 1)
		listener_warn(listener, "%s: its %s is left out: %s", data->from, name, left.first);
	else
		listener_warn(listener, "%s: its %s is left out: %zu files, the first is %s",
			      data->from, name, left.n, left.first);
	return 0;
}

/* -- what is taken -------------------------------------------------------------------------- */

struct noting {
	const struct wheel_data *data;
	size_t top; /* bytes of a path that are the data's own folder */
};

static int note_for(const struct wheel_data *data, const struct arch *arch, const char *source,
		    const char *name, struct err *err)
{
	char to[PATH_SIZE];
	int r = files_path(to, err, TREE_USR_OF "/%s", arch->name, name);

	if (r < 0)
		return r;
	if (path_list_add(data->files, to) < 0)
		return err_set(err, ENOMEM, "cannot add %s", to);
	return add_merge_note(data->add, to, source, data->from, arch, err);
}

static int note_file(const struct walk_entry *entry, struct err *err, void *ctx)
{
	const struct noting *noting = ctx;
	const struct wheel_data *data = noting->data;
	const char *name = entry->path + noting->top + 1;
	const char *flaw = name_flaw(entry->name, strlen(entry->name));
	int r = 0;

	if (S_ISDIR(entry->st->st_mode))
		return 0;
	if (flaw)
		return err_say(err, EINVAL, "%s: %s %s", data->from, name, flaw);
	if (!tree_layout_is_data(name))
		return err_say(err, EEXIST, "%s: its data has %s, where a runtime has its own",
			       data->from, name);
	if (data->arch)
		return note_for(data, data->arch, entry->path, name, err);
	for (size_t i = 0; r == 0 && i < data->add->n_runtimes; i++)
		r = note_for(data, data->add->runtimes[i].info->arch, entry->path, name, err);
	return r;
}

static int note_top(const char *dir, const char *name, struct err *err, void *ctx)
{
	struct noting *noting = ctx;
	char path[PATH_SIZE], left[PATH_SIZE];
	int r = files_path(path, err, "%s/%s", dir, name);

	if (r < 0)
		return r;
	if (tree_layout_is_data(name))
		return exact_walk(path, &(struct walk){ .each = note_file, .ctx = noting }, err);
	r = files_path(left, err, "data/%s", name);
	return r < 0 ? r : wheel_data_leave_out(noting->data, path, left, err);
}

int wheel_data_note(const struct wheel_data *data, const char *dir, struct err *err)
{
	struct noting noting = { .data = data, .top = strlen(dir) };

	if (!data->arch && !data->add->n_runtimes) /* nowhere to put it */
		return wheel_data_leave_out(data, dir, "data", err);
	return exact_each_name(dir, &(struct files_names){ .each = note_top, .ctx = &noting }, err);
}

/* -- never over what is not a wheel's ------------------------------------------------------- */

bool wheel_data_is(const struct add_item *item)
{
	char arch[TREE_ARCH_SIZE];

	return item->merges && tree_layout_data(item->to, arch);
}

static bool is_owned(const struct dists *dists, const char *path)
{
	for (size_t i = 0; i < dists->n; i++) {
		for (size_t j = 0; j < dists->dists[i].n_files; j++) {
			if (str_eq(dists->dists[i].files[j].path, path))
				return true;
		}
	}
	return false;
}

static int refuse(const struct add_item *item, const char *path, struct err *err)
{
	return err_say(err, EEXIST,
		       "%s: its data has a file in the place of %s, which is no wheel's (Hint: "
		       "move it away if it is yours)",
		       item->from, path);
}

int wheel_data_check(const struct add *add, const struct add_item *item, struct err *err)
{
	char path[PATH_SIZE], there[PATH_SIZE], arch[TREE_ARCH_SIZE];
	const char *below = tree_layout_data(item->to, arch);
	struct stat st;

	for (const char *end = strchr(below, '/');; end = strchr(end + 1, '/')) {
		size_t n = end ? (size_t)(end - item->to) : strlen(item->to);
		int r = files_path(path, err, "%.*s", (int)n, item->to);

		if (r == 0)
			r = files_path(there, err, "%s/%s", add->tree, path);
		if (r < 0)
			return r;
		if (exact_stat(there, &st) < 0)
			return 0;
		if (!end)
			return is_owned(add->there, path) ? 0 : refuse(item, path, err);
		if (!S_ISDIR(st.st_mode))
			return refuse(item, path, err);
	}
}
