/* SPDX-License-Identifier: MIT */
/* A version loses its name first, so that none is ever seen in part. */
#include "export/gc.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/array.h"
#include "base/files.h"
#include "base/walk.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/version.h"
#include "export/export.h"
#include "export/leased.h"
#include "export/leases.h"
#include "export/lock.h"
#include "export/users.h"

/* Of each version. */
struct usage {
	struct export_users *users;
	uint64_t *seen; /* leased, in seconds since 1970; 0: never */
};

/* First it loses its name, for good: an interrupted removal is finished by the next writer. */
static int remove_version(const char *export, const char *id, struct err *err)
{
	char path[PATH_SIZE], gone[PATH_SIZE], versions[PATH_SIZE];
	int r = export_version_path(export, id, path, err);

	if (r < 0)
		return r;
	r = files_path(gone, err, "%s.gone", path);
	if (r < 0)
		return r;
	r = export_version_path(export, "", versions, err);
	if (r < 0)
		return r;
	if (rename(path, gone) < 0)
		return err_set(err, errno, "cannot rename %s", path);
	r = export_sync_dir(versions, err);
	if (r < 0)
		return r;
	return walk_remove(gone, err);
}

/* Counts anew, and adds to what was seen before. */
static int look(const struct gc_request *request, const struct version_record *versions, size_t n,
		struct usage *usage, struct err *err)
{
	int r = export_users_count(request->export, versions, n, request->lease_age, usage->users,
				   err);

	if (r < 0)
		return r;
	if (r > 0)
		return err_say(err, E2BIG,
			       "more than %d files in leases: which versions are used cannot be "
			       "told (Hint: remove what is no client's)",
			       LEASES_MAX);
	for (size_t i = 0; i < n; i++) {
		if (usage->users[i].leased > usage->seen[i])
			usage->seen[i] = usage->users[i].leased;
	}
	return 0;
}

/* A lease that has gone or names another version now may have been written over. */
static bool is_used(const struct gc_request *request, const struct usage *usage, size_t i)
{
	uint64_t now = (uint64_t)time(NULL), seen = usage->seen[i];

	return export_users_any(&usage->users[i]) ||
	       (seen && request->lease_age && (now < seen || now - seen < request->lease_age));
}

static int remove_unused(const struct gc_request *request, const struct version_record *versions,
			 size_t n, struct usage *usage, struct err *err)
{
	for (size_t i = 0; i + request->keep < n; i++) {
		/* anew for each: removing those before took its time */
		int r = look(request, versions, n, usage, err);

		if (r < 0)
			return r;
		if (is_used(request, usage, i))
			continue;
		r = remove_version(request->export, versions[i].id, err);
		if (r < 0)
			return r;
		usage->seen[i] = 0;
		request->removed(versions[i].id, request->ctx);
	}
	return 0;
}

/* What was seen is written down first: removing may be interrupted. */
static int remember_and_remove(const struct gc_request *request,
			       const struct version_record *versions, size_t n, struct err *err)
{
	ARRAY_FREE struct export_users *users = calloc(n + 1, sizeof(*users));
	ARRAY_FREE uint64_t *seen = calloc(n + 1, sizeof(*seen));
	struct usage usage = { users, seen };
	int r;

	if (!users || !seen)
		return err_set(err, ENOMEM, "cannot list versions");
	r = leased_read(request->export, versions, n, seen, err);
	if (r < 0)
		return r;
	r = look(request, versions, n, &usage, err);
	if (r < 0)
		return r;
	r = leased_write(request->export, versions, n, seen, err);
	if (r < 0)
		return r;
	r = remove_unused(request, versions, n, &usage, err);
	if (r < 0)
		return r;
	return leased_write(request->export, versions, n, seen, err);
}

static int collect(const struct gc_request *request, struct err *err)
{
	ARRAY_FREE struct version_record *versions = NULL;
	size_t n;
	int r = export_clean(request->export, err);

	if (r < 0)
		return r;
	r = export_list(request->export, &versions, &n, NULL, err);
	if (r < 0)
		return r;
	return remember_and_remove(request, versions, n, err);
}

int gc(const struct gc_request *request, struct err *err)
{
	EXPORT_LOCK_CLEANUP struct export_lock lock = { 0 };
	int r = export_lock_take(request->export, &lock, err);

	if (r < 0)
		return r;
	return collect(request, err);
}
