/* SPDX-License-Identifier: MIT */
/* The order of the steps; each leaves an export whose current is complete. */
#include "export/publish.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/files.h"
#include "core/err.h"
#include "core/export_layout.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/version.h"
#include "export/check.h"
#include "export/export.h"
#include "export/lock.h"
#include "export/manifest.h"
#include "export/source.h"
#include "export/users.h"
#include "export/writer.h"
#include "sys/dirs.h"
#include "sys/fd.h"

/* -- what an interrupted one left ----------------------------------------------------------- */

/* Removes the entries of a directory that match; the lock is held, so nobody is at work on them. */
static int remove_matching(const char *dir, bool (*matches)(const char *name), struct err *err)
{
	FD_CLEANUP int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char path[PATH_SIZE];
	struct dirs dirs;
	const char *name;
	int r = 0, listed = 0;

	if (fd < 0)
		return err_set(err, errno, "cannot read %s", dir);
	dirs_begin(&dirs, fd);
	while (r == 0 && (listed = dirs_next(&dirs, &name)) > 0) {
		if (!matches(name))
			continue;
		r = files_path(path, err, "%s/%s", dir, name);
		if (r == 0)
			r = files_remove(path, err);
	}
	return r == 0 && listed < 0 ? err_set(err, -listed, "cannot read %s", dir) : r;
}

static bool is_unfinished(const char *name)
{
	return str_ends(name, ".tmp") || str_ends(name, ".gone");
}

static bool is_leftover(const char *name)
{
	return str_eq(name, EXPORT_CURRENT_TMP) || str_starts(name, ".lock.");
}

static int clean(const char *export, struct err *err)
{
	char versions[PATH_SIZE];
	int r = export_version_path(export, "", versions, err);

	if (r == 0)
		r = remove_matching(versions, is_unfinished, err);
	return r < 0 ? r : remove_matching(export, is_leftover, err);
}

/* -- publishing ----------------------------------------------------------------------------- */

struct publishing {
	const struct publish_request *request;
	char source[PATH_SIZE], export[PATH_SIZE];
	char temporary[PATH_SIZE]; /* versions/NAME.tmp */
	bool is_tar;
	struct export_lock lock;
	uint64_t published;
	char newest[VERSION_ID_SIZE]; /* "" if there is none */
	char id[VERSION_ID_SIZE];
	struct version_writer *writer;
};

static int find_source(struct publishing *p, struct err *err)
{
	struct stat st;

	if (!realpath(p->request->source, p->source) || stat(p->source, &st) < 0)
		return err_set(err, errno, "cannot find %s", p->request->source);
	p->is_tar = S_ISREG(st.st_mode);
	if (!p->is_tar && !S_ISDIR(st.st_mode))
		return err_say(err, EINVAL, "%s is neither a tree nor a tar", p->source);
	return 0;
}

static int find_export(struct publishing *p, struct err *err)
{
	char versions[PATH_SIZE];
	int r = files_path(versions, err, "%s/" EXPORT_VERSIONS, p->request->export);

	if (r == 0)
		r = files_mkdirs(versions, err);
	if (r == 0)
		r = export_resolve(p->request->export, p->export, err);
	if (r == 0 && path_below(p->export, p->source))
		r = err_say(err, EINVAL, "%s lies in the tree %s", p->export, p->source);
	return r;
}

/* Time goes on from version to version, even where the clock was set back. */
static int find_time(struct publishing *p, struct err *err)
{
	struct version_record *versions;
	struct timespec now;
	size_t n;
	int r = export_list(p->export, &versions, &n, NULL, err);

	if (r < 0)
		return r;
	(void)clock_gettime(CLOCK_REALTIME, &now); /* cannot fail */
	p->published = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
	if (n) {
		const struct version_record *last = &versions[n - 1];

		memcpy(p->newest, last->id, sizeof(p->newest));
		if (p->published <= last->published)
			p->published = last->published + 1;
	}
	if (p->published <= p->request->after)
		p->published = p->request->after + 1;
	free(versions);
	return 0;
}

static int find_id(struct publishing *p, struct err *err)
{
	char path[PATH_SIZE];
	int r;

	if (!p->request->id)
		return 0;
	if (!version_id_valid(p->request->id))
		return err_hint(err,
				err_say(err, EINVAL, "'%s' is no version's id", p->request->id),
				"up to 63 letters, digits, '.', '_' and '-', a letter or digit "
				"first, not ending in .tmp or .gone");
	(void)str_copy(p->id, sizeof(p->id), p->request->id); /* valid: it fits */
	r = export_version_path(p->export, p->id, path, err);
	if (r == 0 && files_exist(path))
		r = err_say(err, EEXIST,
			    "version %s is there already: a published version never changes",
			    p->id);
	return r;
}

static int share(struct publishing *p, const char *id, struct err *err)
{
	char path[PATH_SIZE];
	int r = export_version_path(p->export, id, path, err);

	return r < 0 ? r : version_writer_share(p->writer, path, err);
}

/* The current version is the likeliest to have the same files, then the newest. */
static int share_both(struct publishing *p, struct err *err)
{
	char current[VERSION_ID_SIZE];
	int r = export_current(p->export, current, err);

	if (r < 0)
		return r;
	if (r > 0) {
		r = share(p, current, err);
		if (r < 0)
			return r;
	}
	if (!p->newest[0] || (r > 0 && str_eq(current, p->newest)))
		return 0;
	return share(p, p->newest, err);
}

/* The user knows the source, not the folder that is gone again when he reads the sentence. */
static int check(const struct publishing *p, struct err *err)
{
	struct err why = { 0 };
	struct text text;
	const char *at;
	int r = export_check(p->temporary, &why);

	if (r == 0 || !err)
		return r;
	*err = (struct err){ .code = why.code };
	text_init(&text, err->text, sizeof(err->text));
	for (at = why.text; *at;) {
		bool ours = str_starts(at, p->temporary);

		text_add_bytes(&text, ours ? p->source : at, ours ? strlen(p->source) : 1);
		at += ours ? strlen(p->temporary) : 1;
	}
	return r;
}

static int write_version(struct publishing *p, struct err *err)
{
	char name[VERSION_ID_SIZE];
	int r;

	version_id_default(p->published, "new", name);
	r = files_path(p->temporary, err, "%s/" EXPORT_VERSIONS "/%s.tmp", p->export,
		       p->id[0] ? p->id : name);
	if (r < 0)
		return r;
	p->writer = version_writer_new(p->temporary, p->request->listener, err);
	if (!p->writer)
		return -EIO; /* the reason is in err */
	r = share_both(p, err);
	if (r == 0)
		r = p->is_tar ? source_tar_add(p->writer, p->source, err)
			      : source_tree_add(p->writer, p->source, err);
	if (r == 0)
		r = version_writer_finish(p->writer, p->published, p->id, err);
	if (r == 0)
		r = check(p, err);
	return r < 0 ? r : version_writer_sync(p->writer, err);
}

/* On disk as a whole under its name before anything refers to it. */
static int name_version(struct publishing *p, struct err *err)
{
	char path[PATH_SIZE], versions[PATH_SIZE];
	int r = export_version_path(p->export, p->id, path, err);

	if (r == 0)
		r = export_version_path(p->export, "", versions, err);
	if (r < 0)
		return r;
	if (rename(p->temporary, path) < 0)
		return err_set(err, errno, "cannot create %s", path);
	return export_sync_dir(versions, err);
}

static int publish_locked(struct publishing *p, struct err *err)
{
	int r = clean(p->export, err);

	if (r == 0)
		r = find_time(p, err);
	if (r == 0)
		r = find_id(p, err);
	if (r == 0)
		r = write_version(p, err);
	if (r == 0)
		r = name_version(p, err);
	if (r < 0) {
		if (p->temporary[0])
			(void)files_remove(p->temporary, NULL); /* the next one does it */
		return r;
	}
	return export_switch(p->export, p->id, err);
}

static void report(const struct publishing *p, struct publish_report *ret)
{
	const struct version_counts *counts = version_writer_counts(p->writer);

	*ret = (struct publish_report){
		.files = counts->files,
		.bytes = counts->bytes,
		.new_files = counts->new_files,
		.new_bytes = counts->new_bytes,
	};
	memcpy(ret->id, p->id, sizeof(ret->id));
}

int publish(const struct publish_request *request, struct publish_report *ret, struct err *err)
{
	struct publishing p = { .request = request };
	int r = find_source(&p, err);

	if (r == 0)
		r = find_export(&p, err);
	if (r == 0)
		r = export_lock_take(p.export, &p.lock, err);
	if (r < 0)
		return r;
	r = publish_locked(&p, err);
	if (r == 0)
		report(&p, ret);
	version_writer_free(p.writer);
	export_lock_drop(&p.lock);
	return r;
}

/* -- the way back --------------------------------------------------------------------------- */

static int find_previous(const char *export, char *ret_id, struct err *err)
{
	struct version_record *versions;
	char current[VERSION_ID_SIZE];
	size_t n, at;
	int r = export_current(export, current, err);

	if (r < 0)
		return r;
	if (r == 0)
		return err_say(err, ENOENT, "%s has no current version", export);
	r = export_list(export, &versions, &n, NULL, err);
	if (r < 0)
		return r;
	for (at = 0; at < n && !str_eq(versions[at].id, current); at++)
		;
	if (at == n)
		r = err_say(err, EINVAL, "the current version %s is incomplete: name one", current);
	else if (at == 0)
		r = err_say(err, ENOENT, "there is no version before %s", current);
	else
		memcpy(ret_id, versions[at - 1].id, VERSION_ID_SIZE);
	free(versions);
	return r;
}

/* Its bytes are not read: the way back is to be short. */
static int check_version(const char *export, const char *id, struct err *err)
{
	struct version_record record;
	char path[PATH_SIZE];
	int r = export_version(export, id, &record, err);

	if (r == 0)
		r = export_version_path(export, id, path, err);
	return r < 0 ? r : version_manifest_look(path, err);
}

int rollback(const char *export, const char *id, char *ret_id, struct err *err)
{
	struct export_lock lock = { 0 };
	char found[VERSION_ID_SIZE];
	int r = export_lock_take(export, &lock, err);

	if (r < 0)
		return r;
	if (!id)
		r = find_previous(export, found, err);
	else if (str_copy(found, sizeof(found), id) < 0)
		r = err_say(err, EINVAL, "'%.70s' is no version's id", id);
	if (r == 0)
		r = check_version(export, found, err);
	if (r == 0)
		r = export_switch(export, found, err);
	export_lock_drop(&lock);
	if (r == 0)
		memcpy(ret_id, found, VERSION_ID_SIZE);
	return r;
}

/* -- removing ------------------------------------------------------------------------------- */

/* First it loses its name, for good: an interrupted removal is finished by the next writer. */
static int remove_version(const char *export, const char *id, struct err *err)
{
	char path[PATH_SIZE], gone[PATH_SIZE], versions[PATH_SIZE];
	int r = export_version_path(export, id, path, err);

	if (r == 0)
		r = files_path(gone, err, "%s.gone", path);
	if (r == 0)
		r = export_version_path(export, "", versions, err);
	if (r < 0)
		return r;
	if (rename(path, gone) < 0)
		return err_set(err, errno, "cannot rename %s", path);
	r = export_sync_dir(versions, err);
	return r < 0 ? r : files_remove(gone, err);
}

static int collect(const char *export, size_t keep, uint64_t lease_age,
		   void (*each)(const char *id), struct err *err)
{
	struct version_record *versions = NULL;
	struct export_users *users = NULL;
	size_t n = 0;
	int r = export_list(export, &versions, &n, NULL, err);

	if (r < 0)
		return r;
	users = calloc(n + 1, sizeof(*users));
	if (!users)
		r = err_set(err, ENOMEM, "cannot list versions");
	for (size_t i = 0; r == 0 && i + keep < n; i++) {
		/* anew for each: removing those before took its time */
		r = export_users_count(export, versions, n, lease_age, users, err);
		if (r < 0 || export_users_any(&users[i]))
			continue;
		r = remove_version(export, versions[i].id, err);
		if (r == 0)
			each(versions[i].id);
	}
	free(users);
	free(versions);
	return r;
}

int gc(const char *export, size_t keep, uint64_t lease_age, void (*each)(const char *id),
       struct err *err)
{
	struct export_lock lock = { 0 };
	int r = export_lock_take(export, &lock, err);

	if (r < 0)
		return r;
	r = clean(export, err);
	if (r == 0)
		r = collect(export, keep, lease_age, each, err);
	export_lock_drop(&lock);
	return r;
}
