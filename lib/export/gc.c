/* SPDX-License-Identifier: MIT */
/* A version loses its name first, so that none is ever seen in part. */
#include "export/gc.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/folder.h"
#include "core/err.h"
#include "core/str.h"
#include "core/version.h"
#include "export/dir.h"
#include "export/export.h"
#include "export/leased.h"
#include "export/lock.h"
#include "export/users.h"

/* Of each version. */
struct usage {
	struct export_users *users;
	struct leased leased;
};

struct collecting {
	const struct gc_request *request;
	const struct version_record *versions;
	size_t n;
	struct usage usage;
};

/* First it loses its name, for good: an interrupted removal is finished by the next writer. */
static int remove_version(const struct export_dir *dir, const char *id, struct err *err)
{
	FOLDER_CLEANUP struct folder version = FOLDER_NONE;
	struct version_record record;
	char gone[VERSION_ID_SIZE + 8];
	struct text text;
	int r = export_enter(dir, id, &version, err);

	if (r < 0)
		return r;
	r = export_record(&version, id, &record, err);
	if (r < 0)
		return r;
	text_init(&text, gone, sizeof(gone));
	text_addf(&text, "%s.gone", id); /* fits */
	r = export_rename(dir, &version, id, gone, err);
	if (r < 0)
		return r;
	return export_remove(dir, &version, gone, err);
}

/* Counts anew, and adds to what was seen before. 1 if not all leases were looked at. */
static int look(struct collecting *c, struct err *err)
{
	const struct export_users_request request = {
		.dir = c->request->dir,
		.versions = c->versions,
		.n = c->n,
		.lease_age = c->request->lease_age,
		.now = c->usage.leased.now,
		.latest = c->usage.leased.latest,
	};
	int r = export_users_count(&request, c->usage.users, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < c->n; i++) {
		const struct export_users *users = &c->usage.users[i];
		uint64_t *idle = &c->usage.leased.idle[i];

		if (users->age < *idle)
			*idle = users->age;
		if (users->foretold && *idle == LEASED_NEVER)
			*idle = 0; /* its age counts from now on, whatever it says */
	}
	return r;
}

/* A lease that has gone or names another version now may have been written over. */
static bool is_used(const struct collecting *c, size_t i)
{
	struct export_users users = c->usage.users[i];

	users.clients -= users.foretold; /* remembered, too, and no longer than others */
	return export_users_any(&users) || c->usage.leased.idle[i] < c->request->lease_age;
}

static int remove_unused(struct collecting *c, struct err *err)
{
	for (size_t i = 0; i + c->request->keep < c->n; i++) {
		/* anew for each: removing those before took its time */
		int r = look(c, err);

		if (r)
			return r;
		if (is_used(c, i))
			continue;
		r = remove_version(c->request->dir, c->versions[i].id, err);
		if (r < 0)
			return r;
		c->usage.leased.idle[i] = LEASED_NEVER;
		c->request->removed(c->versions[i].id, c->request->ctx);
	}
	return 0;
}

/* What was seen is written down first: removing may be interrupted. A full disk is no hindrance:
 * what was written the last time stays, and removing makes room. */
static int remember_and_remove(struct collecting *c, struct err *err)
{
	const struct export_dir *dir = c->request->dir;
	int flooded, r = leased_read(dir, c->versions, c->n, c->request->lease_age,
				     &c->usage.leased, err);

	if (r < 0)
		return r;
	flooded = look(c, err);
	if (flooded < 0)
		return flooded;
	r = leased_write(dir, c->versions, c->n, &c->usage.leased, err);
	if (r < 0 && r != -ENOSPC && r != -EDQUOT)
		return r;
	if (r < 0 && err)
		*err = (struct err){ 0 };
	if (flooded)
		return flooded;
	flooded = remove_unused(c, err);
	if (flooded < 0)
		return flooded;
	r = leased_write(dir, c->versions, c->n, &c->usage.leased, err);
	return r < 0 ? r : flooded;
}

static int collect(const struct gc_request *request, struct err *err)
{
	ARRAY_FREE struct version_record *versions = NULL;
	ARRAY_FREE struct export_users *users = NULL;
	ARRAY_FREE uint64_t *idle = NULL;
	struct collecting c = { .request = request };
	int r = export_clean(request->dir, err);

	if (r < 0)
		return r;
	r = export_list(request->dir, &versions, &c.n, NULL, err);
	if (r < 0)
		return r;
	users = calloc(c.n + 1, sizeof(*users));
	idle = calloc(c.n + 1, sizeof(*idle));
	if (!users || !idle)
		return err_set(err, ENOMEM, "cannot list versions");
	c.versions = versions;
	c.usage.users = users;
	c.usage.leased.idle = idle;
	return remember_and_remove(&c, err);
}

int gc(const struct gc_request *request, struct err *err)
{
	EXPORT_LOCK_CLEANUP struct export_lock lock = EXPORT_UNLOCKED;
	int r = export_lock_take(request->dir, &lock, err);

	if (r < 0)
		return r;
	return collect(request, err);
}
