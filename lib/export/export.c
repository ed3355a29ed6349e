/* SPDX-License-Identifier: MIT */
/* The export's layout, read with readlinkat(2) and small files, switched by renameat(2). */
#include "export/export.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/folder.h"
#include "base/walk.h"
#include "core/err.h"
#include "core/export_layout.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "core/version.h"
#include "export/dir.h"
#include "sys/below.h"
#include "sys/dirs.h"
#include "sys/fd.h"

bool export_of_tree(const char *tree, char ret_export[PATH_SIZE], const char **ret_id)
{
	const char *id = export_layout_id(tree);

	if (!id || !version_id_valid(id) || export_layout_export(tree, ret_export, PATH_SIZE) < 0)
		return false;
	*ret_id = id;
	return true;
}

int export_current(const struct export_dir *dir, char *ret_id, struct err *err)
{
	const struct folder *root = export_root(dir);
	char target[sizeof(EXPORT_VERSIONS "/") + VERSION_ID_SIZE];
	const char *id;
	int r = below_readlink(root->fd, EXPORT_CURRENT, target, sizeof(target));

	if (r == -ENOENT)
		return 0;
	if (r < 0 && r != -EINVAL && r != -ENAMETOOLONG)
		return err_set(err, -r, "cannot read %s/" EXPORT_CURRENT, root->path);
	id = r < 0 ? NULL : export_layout_target(target);
	if (!id || !version_id_valid(id))
		return err_say(err, EINVAL, "%s/" EXPORT_CURRENT " is not a link to versions/ID",
			       root->path);
	(void)str_copy(ret_id, VERSION_ID_SIZE, id); /* valid: it fits */
	return 1;
}

int export_enter(const struct export_dir *dir, const char *id, struct folder *ret, struct err *err)
{
	const struct folder *versions = export_versions(dir);

	if (!version_id_valid(id))
		return err_say(err, EINVAL, "'%s' is no version's id", id);
	if (!folder_has(versions, id))
		return err_say(err, ENOENT,
			       "there is no version %s (Hint: 'busypy versions %s' lists them)", id,
			       export_root(dir)->path);
	return folder_enter(versions, id, ret, err);
}

int export_record(const struct folder *version, const char *id, struct version_record *ret,
		  struct err *err)
{
	char bytes[VERSION_RECORD_MAX + 1];
	ssize_t n = below_read(version->fd, TREE_VERSION_RECORD, bytes, sizeof(bytes));
	int r;

	if (n == -ENOENT || n == -ENOTDIR)
		return err_say(err, EINVAL,
			       "version %s is incomplete: it has no " TREE_VERSION_RECORD, id);
	if (n < 0)
		return err_set(err, (int)-n, "cannot read %s/" TREE_VERSION_RECORD, version->path);
	r = version_record_parse(bytes, (size_t)n, ret, err);
	if (r < 0)
		return err_wrap(err, r, "%s/" TREE_VERSION_RECORD, version->path);
	if (!str_eq(ret->id, id))
		return err_say(err, EINVAL, "%s/" TREE_VERSION_RECORD " is the record of %s",
			       version->path, ret->id);
	return 0;
}

int export_version(const struct export_dir *dir, const char *id, struct version_record *ret,
		   struct err *err)
{
	FOLDER_CLEANUP struct folder version = FOLDER_NONE;
	int r = export_enter(dir, id, &version, err);

	return r < 0 ? r : export_record(&version, id, ret, err);
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

static int add_version(struct list *list, const struct export_dir *dir, const char *id,
		       struct err *err)
{
	struct err why = { 0 };

	if (array_reserve(&list->versions, &list->room, list->n + 1, sizeof(*list->versions)) < 0)
		return err_set(err, ENOMEM, "cannot list versions");
	if (export_version(dir, id, &list->versions[list->n], &why) == 0)
		list->n++;
	else if (why.code != ENOENT) /* it has gone meanwhile */
		list->strange++;
	return 0;
}

/* The names in a directory, from its start, whoever else reads it. */
static int begin_names(const struct folder *folder, struct dirs *ret, struct err *err)
{
	int fd = below_open(folder->fd, ".", O_RDONLY | O_DIRECTORY);

	if (fd < 0)
		return err_set(err, -fd, "cannot read %s", folder->path);
	dirs_begin(ret, fd);
	return fd;
}

static int fill(struct list *list, const struct export_dir *dir, struct err *err)
{
	const struct folder *versions = export_versions(dir);
	struct dirs dirs;
	FD_CLEANUP int fd = begin_names(versions, &dirs, err);
	const char *name;
	int listed;

	if (fd < 0)
		return fd;
	while ((listed = dirs_next(&dirs, &name)) > 0) {
		int r = version_id_valid(name) ? add_version(list, dir, name, err) : 0;

		if (r < 0)
			return r;
	}
	return listed < 0 ? err_set(err, -listed, "cannot read %s", versions->path) : 0;
}

int export_list(const struct export_dir *dir, struct version_record **ret, size_t *ret_n,
		size_t *ret_strange, struct err *err)
{
	struct list list = { 0 };
	int r = fill(&list, dir, err);

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

int export_sync(const struct folder *folder, struct err *err)
{
	if (fsync(folder->fd) < 0 && errno != EINVAL && errno != EROFS)
		return err_set(err, errno, "cannot write %s to disk", folder->path);
	return 0;
}

int export_switch(const struct export_dir *dir, const char *id, struct err *err)
{
	const struct folder *root = export_root(dir);
	char target[sizeof(EXPORT_VERSIONS "/") + VERSION_ID_SIZE];
	struct text text;
	int r;

	text_init(&text, target, sizeof(target));
	text_addf(&text, EXPORT_VERSIONS "/%s", id);
	r = below_unlink(root->fd, EXPORT_CURRENT_TMP, 0);
	if (r < 0 && r != -ENOENT)
		return err_set(err, -r, "cannot remove %s/" EXPORT_CURRENT_TMP, root->path);
	r = folder_link(root, target, EXPORT_CURRENT_TMP, err);
	if (r < 0)
		return r;
	r = below_rename(root->fd, EXPORT_CURRENT_TMP, root->fd, EXPORT_CURRENT, 0);
	if (r < 0)
		return err_set(err, -r, "cannot rename %s/" EXPORT_CURRENT_TMP, root->path);
	return export_sync(root, err);
}

static bool has_name(const struct folder *versions, const struct folder *version, const char *name)
{
	struct stat ours, named;

	return fstat(version->fd, &ours) == 0 && below_stat(versions->fd, name, &named) == 0 &&
	       ours.st_dev == named.st_dev && ours.st_ino == named.st_ino;
}

int export_rename(const struct export_dir *dir, const struct folder *version, const char *from,
		  const char *to, struct err *err)
{
	const struct folder *versions = export_versions(dir);
	int r = below_rename(versions->fd, from, versions->fd, to, 0);

	if (r < 0)
		return err_set(err, -r, "cannot rename %s/%s to %s", versions->path, from, to);
	if (has_name(versions, version, to))
		return export_sync(versions, err);
	(void)below_rename(versions->fd, to, versions->fd, from, 0); /* as it was, if that can be */
	return err_say(err, EAGAIN, "%s/%s has changed meanwhile", versions->path, from);
}

int export_remove(const struct export_dir *dir, const struct folder *version, const char *name,
		  struct err *err)
{
	const struct folder *versions = export_versions(dir);
	int r = walk_empty(version->fd, version->path, err);

	if (r < 0)
		return r;
	r = has_name(versions, version, name) ? below_unlink(versions->fd, name, AT_REMOVEDIR)
					      : -EAGAIN;
	return r < 0 ? err_set(err, -r, "cannot remove %s/%s", versions->path, name) : 0;
}

/* Removes the entries of a directory that match; the lock is held, so nobody is at work on them. */
static int remove_matching(const struct folder *folder, bool (*matches)(const char *name),
			   struct err *err)
{
	struct dirs dirs;
	FD_CLEANUP int fd = begin_names(folder, &dirs, err);
	const char *name;
	int listed;

	if (fd < 0)
		return fd;
	while ((listed = dirs_next(&dirs, &name)) > 0) {
		int r = matches(name) ? folder_remove(folder, name, err) : 0;

		if (r < 0)
			return r;
	}
	return listed < 0 ? err_set(err, -listed, "cannot read %s", folder->path) : 0;
}

static bool is_unfinished(const char *name)
{
	return str_ends(name, ".tmp") || str_ends(name, ".gone");
}

static bool is_leftover(const char *name)
{
	return str_eq(name, EXPORT_CURRENT_TMP) || str_starts(name, ".lock.");
}

int export_clean(const struct export_dir *dir, struct err *err)
{
	int r = remove_matching(export_versions(dir), is_unfinished, err);

	if (r < 0)
		return r;
	return remove_matching(export_root(dir), is_leftover, err);
}
