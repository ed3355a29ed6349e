/* SPDX-License-Identifier: MIT */
/* A version loses its name first, so that none is ever seen in part. */
#include "export/gc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/files.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/version.h"
#include "export/export.h"
#include "export/lock.h"
#include "export/users.h"

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
	return files_remove(gone, err);
}

static int remove_unused(const struct gc_request *request, const struct version_record *versions,
			 size_t n, struct err *err)
{
	ARRAY_FREE struct export_users *users = calloc(n + 1, sizeof(*users));

	if (!users)
		return err_set(err, ENOMEM, "cannot list versions");
	for (size_t i = 0; i + request->keep < n; i++) {
		/* anew for each: removing those before took its time */
		int r = export_users_count(request->export, versions, n, request->lease_age, users,
					   err);

		if (r < 0)
			return r;
		if (export_users_any(&users[i]))
			continue;
		r = remove_version(request->export, versions[i].id, err);
		if (r < 0)
			return r;
		request->removed(versions[i].id, request->ctx);
	}
	return 0;
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
	return remove_unused(request, versions, n, err);
}

int gc(const struct gc_request *request, struct err *err)
{
	EXPORT_LOCK_CLEANUP struct export_lock lock = { 0 };
	int r = export_lock_take(request->export, &lock, err);

	if (r < 0)
		return r;
	return collect(request, err);
}
