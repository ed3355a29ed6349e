/* SPDX-License-Identifier: MIT */
/* The export's layout, read with readlink(2) and small files, switched by rename(2). */
#include "export/export.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/files.h"
#include "base/walk.h"
#include "core/err.h"
#include "core/export_layout.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "core/version.h"
#include "sys/dirs.h"
#include "sys/fd.h"

/* No hint to publish into what is not empty: it may be anybody's. */
static int refuse(const char *path, const char *resolved, struct err *err)
{
	FD_CLEANUP int fd = open(resolved, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0 && dirs_empty(fd) == 1)
		return err_say(err, ENOENT,
			       "%s is no export: it has no versions (Hint: 'busypy publish TREE "
			       "%s' makes one)",
			       resolved, path);
	return err_say(err, ENOENT, "%s is no export: it has no versions", resolved);
}

int export_resolve(const char *path, char ret[PATH_SIZE], struct err *err)
{
	char resolved[PATH_SIZE], versions[PATH_SIZE];
	struct stat st;
	int r;

	if (!realpath(path, resolved))
		return err_set(err, errno, "cannot find the export %s", path);
	r = files_path(versions, err, "%s/" EXPORT_VERSIONS, resolved);
	if (r < 0)
		return r;
	if (lstat(versions, &st) < 0 || !S_ISDIR(st.st_mode))
		return refuse(path, resolved, err);
	return files_path(ret, err, "%s", resolved);
}

bool export_of_tree(const char *tree, char ret_export[PATH_SIZE], const char **ret_id)
{
	const char *id = export_layout_id(tree);

	if (!id || !version_id_valid(id) || export_layout_export(tree, ret_export, PATH_SIZE) < 0)
		return false;
	*ret_id = id;
	return true;
}

int export_version_path(const char *export, const char *id, char *ret, struct err *err)
{
	return files_path(ret, err, "%s/" EXPORT_VERSIONS "%s%s", export, *id ? "/" : "", id);
}

int export_current(const char *export, char *ret_id, struct err *err)
{
	char path[PATH_SIZE], target[sizeof(EXPORT_VERSIONS "/") + VERSION_ID_SIZE];
	const char *id;
	ssize_t n;
	int r = files_path(path, err, "%s/" EXPORT_CURRENT, export);

	if (r < 0)
		return r;
	n = readlink(path, target, sizeof(target) - 1);
	if (n < 0 && errno == ENOENT)
		return 0;
	if (n < 0 && errno != EINVAL)
		return err_set(err, errno, "cannot read %s", path);
	target[n < 0 ? 0 : n] = '\0';
	id = export_layout_target(target);
	if (!id || !version_id_valid(id))
		return err_say(err, EINVAL, "%s is not a link to versions/ID", path);
	(void)str_copy(ret_id, VERSION_ID_SIZE, id); /* valid: it fits */
	return 1;
}

int export_version(const char *export, const char *id, struct version_record *ret, struct err *err)
{
	char path[PATH_SIZE], bytes[VERSION_RECORD_MAX + 1];
	ssize_t n;
	int r;

	if (!version_id_valid(id))
		return err_say(err, EINVAL, "'%s' is no version's id", id);
	r = files_path(path, err, "%s/" EXPORT_VERSIONS "/%s", export, id);
	if (r < 0)
		return r;
	if (!files_exist(path))
		return err_say(err, ENOENT,
			       "there is no version %s (Hint: 'busypy versions %s' lists them)", id,
			       export);
	r = files_path(path, err, "%s/" EXPORT_VERSIONS "/%s/" TREE_VERSION_RECORD, export, id);
	if (r < 0)
		return r;
	n = fd_read_file(AT_FDCWD, path, bytes, sizeof(bytes));
	if (n == -ENOENT || n == -ENOTDIR)
		return err_say(err, EINVAL,
			       "version %s is incomplete: it has no " TREE_VERSION_RECORD, id);
	if (n < 0)
		return err_set(err, (int)-n, "cannot read %s", path);
	r = version_record_parse(bytes, (size_t)n, ret, err);
	if (r < 0)
		return err_wrap(err, r, "%s", path);
	if (!str_eq(ret->id, id))
		return err_say(err, EINVAL, "%s is the record of %s", path, ret->id);
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct version_record *x = a, *y = b;

	if (x->published != y->published)
		return x->published < y->published ? -1 : 1;
	return strcmp(x->id, y->id);
}

struct list {
	struct version_record *versions;
	size_t n, room, strange;
};

static int add_version(struct list *list, const char *export, const char *id, struct err *err)
{
	struct err why = { 0 };

	if (array_reserve(&list->versions, &list->room, list->n + 1, sizeof(*list->versions)) < 0)
		return err_set(err, ENOMEM, "cannot list versions");
	if (export_version(export, id, &list->versions[list->n], &why) == 0)
		list->n++;
	else if (why.code != ENOENT) /* it has gone meanwhile */
		list->strange++;
	return 0;
}

static int fill(struct list *list, const char *export, struct err *err)
{
	FD_CLEANUP int fd = -1;
	char path[PATH_SIZE];
	const char *name;
	struct dirs dirs;
	int listed, r = export_version_path(export, "", path, err);

	if (r < 0)
		return r;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_set(err, errno, "cannot read %s", path);
	dirs_begin(&dirs, fd);
	while ((listed = dirs_next(&dirs, &name)) > 0) {
		if (!version_id_valid(name))
			continue;
		r = add_version(list, export, name, err);
		if (r < 0)
			return r;
	}
	return listed < 0 ? err_set(err, -listed, "cannot read %s", path) : 0;
}

int export_list(const char *export, struct version_record **ret, size_t *ret_n, size_t *ret_strange,
		struct err *err)
{
	struct list list = { 0 };
	int r = fill(&list, export, err);

	if (r < 0) {
		free(list.versions);
		return r;
	}
	if (list.n)
		qsort(list.versions, list.n, sizeof(*list.versions), compare);
	*ret = list.versions;
	*ret_n = list.n;
	if (ret_strange)
		*ret_strange = list.strange;
	return 0;
}

int export_sync_dir(const char *path, struct err *err)
{
	FD_CLEANUP int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || (fsync(fd) < 0 && errno != EINVAL && errno != EROFS))
		return err_set(err, errno, "cannot write %s to disk", path);
	return 0;
}

int export_switch(const char *export, const char *id, struct err *err)
{
	char current[PATH_SIZE], temporary[PATH_SIZE];
	char target[sizeof(EXPORT_VERSIONS "/") + VERSION_ID_SIZE];
	struct text text;
	int r = files_path(current, err, "%s/" EXPORT_CURRENT, export);

	if (r < 0)
		return r;
	r = files_path(temporary, err, "%s/" EXPORT_CURRENT_TMP, export);
	if (r < 0)
		return r;
	text_init(&text, target, sizeof(target));
	text_addf(&text, EXPORT_VERSIONS "/%s", id);
	if (unlink(temporary) < 0 && errno != ENOENT)
		return err_set(err, errno, "cannot remove %s", temporary);
	r = files_link(target, temporary, err);
	if (r < 0)
		return r;
	if (rename(temporary, current) < 0)
		return err_set(err, errno, "cannot rename %s", temporary);
	return export_sync_dir(export, err);
}

/* Removes the entries of a directory that match; the lock is held, so nobody is at work on them. */
static int remove_matching(const char *dir, bool (*matches)(const char *name), struct err *err)
{
	FD_CLEANUP int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char path[PATH_SIZE];
	struct dirs dirs;
	const char *name;
	int listed;

	if (fd < 0)
		return err_set(err, errno, "cannot read %s", dir);
	dirs_begin(&dirs, fd);
	while ((listed = dirs_next(&dirs, &name)) > 0) {
		int r;

		if (!matches(name))
			continue;
		r = files_path(path, err, "%s/%s", dir, name);
		if (r < 0)
			return r;
		r = walk_remove(path, err);
		if (r < 0)
			return r;
	}
	return listed < 0 ? err_set(err, -listed, "cannot read %s", dir) : 0;
}

static bool is_unfinished(const char *name)
{
	return str_ends(name, ".tmp") || str_ends(name, ".gone");
}

static bool is_leftover(const char *name)
{
	return str_eq(name, EXPORT_CURRENT_TMP) || str_starts(name, ".lock.");
}

int export_clean(const char *export, struct err *err)
{
	char versions[PATH_SIZE];
	int r = export_version_path(export, "", versions, err);

	if (r < 0)
		return r;
	r = remove_matching(versions, is_unfinished, err);
	if (r < 0)
		return r;
	return remove_matching(export, is_leftover, err);
}
