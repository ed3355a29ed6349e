/* SPDX-License-Identifier: MIT */
/* The order of the steps; each leaves an export whose current is complete. */
#include "export/publish.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/array.h"
#include "base/folder.h"
#include "core/err.h"
#include "core/lease.h"
#include "core/str.h"
#include "core/version.h"
#include "export/check.h"
#include "export/dir.h"
#include "export/export.h"
#include "export/lock.h"
#include "export/processors.h"
#include "export/source.h"
#include "export/writer.h"

struct publishing {
	const struct publish_request *request;
	struct folder source; /* or a file */
	bool is_tar;
	struct export_dir *dir;
	char temporary[VERSION_ID_SIZE + 8]; /* the name of versions/NAME.tmp; "" for none yet */
	uint64_t published;
	char newest[VERSION_ID_SIZE]; /* "" if there is none */
	char id[VERSION_ID_SIZE];
	struct version_writer *writer;
};

static int find_source(struct publishing *p, struct err *err)
{
	struct stat st;
	int r = export_open_source(p->request->source, &p->source, err);

	if (r < 0)
		return r;
	if (fstat(p->source.fd, &st) < 0)
		return err_set(err, errno, "cannot look at %s", p->source.path);
	p->is_tar = S_ISREG(st.st_mode);
	return 0;
}

/* Time goes on from version to version, even where the clock was set back. */
static int find_time(struct publishing *p, struct err *err)
{
	ARRAY_FREE struct version_record *versions = NULL;
	struct timespec now;
	size_t n;
	int r = export_list(p->dir, &versions, &n, NULL, err);

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
	return 0;
}

static int find_id(struct publishing *p, struct err *err)
{
	if (!p->request->id)
		return 0;
	if (!version_id_valid(p->request->id))
		return err_say(err, EINVAL,
			       "'%s' is no version's id (Hint: up to 63 letters, digits, '.', '_' "
			       "and '-', a letter or digit first, not ending in .tmp or .gone)",
			       p->request->id);
	(void)str_copy(p->id, sizeof(p->id), p->request->id); /* valid: it fits */
	if (folder_has(export_versions(p->dir), p->id))
		return err_say(err, EEXIST,
			       "version %s is there already: a published version never changes",
			       p->id);
	return 0;
}

static int share(struct publishing *p, const char *id, struct err *err)
{
	FOLDER_CLEANUP struct folder version = FOLDER_NONE;

	if (export_enter(p->dir, id, &version, NULL) < 0)
		return 0; /* nothing is shared, all is copied */
	return version_writer_share(p->writer, &version, err);
}

/* The current version is the likeliest to have the same files, then the newest. */
static int share_both(struct publishing *p, struct err *err)
{
	char current[VERSION_ID_SIZE];
	int r = export_current(p->dir, current, err);

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
	const struct folder *version = version_writer_folder(p->writer);
	struct err why = { 0 };
	struct text text;
	int r = export_check(version, &why);

	if (r == 0 || !err)
		return r;
	*err = (struct err){ .code = why.code };
	text_init(&text, err->text, sizeof(err->text));
	for (const char *at = why.text; *at;) {
		bool ours = str_starts(at, version->path);

		text_add_bytes(&text, ours ? p->source.path : at,
			       ours ? strlen(p->source.path) : 1);
		at += ours ? strlen(version->path) : 1;
	}
	return r;
}

static int write_version(struct publishing *p, struct err *err)
{
	char name[VERSION_ID_SIZE];
	struct text text;
	int r;

	version_id_default(p->published, "new", name);
	text_init(&text, p->temporary, sizeof(p->temporary));
	text_addf(&text, "%s.tmp", p->id[0] ? p->id : name); /* fits */
	p->writer = version_writer_new(export_versions(p->dir), p->temporary, p->request->listener,
				       err);
	if (!p->writer)
		return -EIO; /* the reason is in err */
	r = share_both(p, err);
	if (r < 0)
		return r;
	r = p->is_tar ? source_tar_add(p->writer, &p->source, err)
		      : source_tree_add(p->writer, &p->source, err);
	if (r < 0)
		return r;
	r = version_writer_finish(p->writer, p->published, p->id, err);
	if (r < 0)
		return r;
	r = check(p, err);
	if (r < 0)
		return r;
	return version_writer_sync(p->writer, err);
}

/* On disk as a whole under its name before anything refers to it. */
static int name_version(struct publishing *p, struct err *err)
{
	int r = export_rename(p->dir, version_writer_folder(p->writer), p->temporary, p->id, err);

	if (r == 0)
		p->temporary[0] = '\0';
	return r;
}

static int make_version(struct publishing *p, struct err *err)
{
	int r = export_clean(p->dir, err);

	if (r < 0)
		return r;
	r = find_time(p, err);
	if (r < 0)
		return r;
	r = find_id(p, err);
	if (r < 0)
		return r;
	r = write_version(p, err);
	if (r < 0)
		return r;
	return name_version(p, err);
}

static int make_current(struct publishing *p, struct err *err)
{
	int r = make_version(p, err);

	if (r < 0) {
		if (p->writer && p->temporary[0]) /* what is left, the next one removes */
			(void)export_remove(p->dir, version_writer_folder(p->writer), p->temporary,
					    NULL);
		return r;
	}
	return export_switch(p->dir, p->id, err);
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

/* One writer at a time. */
static int publish_locked(struct publishing *p, struct publish_report *ret, struct err *err)
{
	EXPORT_LOCK_CLEANUP struct export_lock lock = EXPORT_UNLOCKED;
	int r = export_lock_take(p->dir, &lock, err);

	if (r < 0)
		return r;
	r = make_current(p, err);
	if (r == 0)
		report(p, ret);
	version_writer_free(p->writer);
	return r;
}

int publish(const struct publish_request *request, struct publish_report *ret, struct err *err)
{
	struct publishing p = { .request = request, .source = FOLDER_NONE };
	int r = find_source(&p, err);

	if (r == 0)
		r = export_make(request->export, p.is_tar ? NULL : &p.source, &p.dir, err);
	if (r == 0)
		r = publish_locked(&p, ret, err);
	if (r == 0) /* it is published, whatever can be said of it */
		(void)processors_warn(p.dir, ret->id, LEASE_AGE_DEFAULT, request->listener, NULL);
	export_close(p.dir);
	folder_close(&p.source);
	return r;
}
