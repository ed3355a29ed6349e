/* SPDX-License-Identifier: MIT */
/* Which version comes before the current one, and whether it can be current again. */
#include "export/rollback.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/folder.h"
#include "core/err.h"
#include "core/str.h"
#include "core/version.h"
#include "export/dir.h"
#include "export/export.h"
#include "export/lock.h"
#include "export/manifest.h"
#include "sys/trust.h"

static int find_previous(const struct export_dir *dir, char *ret_id, struct err *err)
{
	ARRAY_FREE struct version_record *versions = NULL;
	char current[VERSION_ID_SIZE];
	size_t n, at;
	int r = export_current(dir, current, err);

	if (r < 0)
		return r;
	if (r == 0)
		return err_say(err, ENOENT, "%s has no current version", export_root(dir)->path);
	r = export_list(dir, &versions, &n, NULL, err);
	if (r < 0)
		return r;
	for (at = 0; at < n && !str_eq(versions[at].id, current); at++)
		;
	if (at == n)
		return err_say(err, EINVAL, "the current version %s is incomplete: name one",
			       current);
	if (at == 0)
		return err_say(err, ENOENT, "there is no version before %s", current);
	memcpy(ret_id, versions[at - 1].id, VERSION_ID_SIZE);
	return 0;
}

/* Its bytes are not read: the way back is to be short. */
static int check_version(const struct export_dir *dir, const char *id, struct err *err)
{
	FOLDER_CLEANUP struct folder version = FOLDER_NONE;
	struct version_record record;
	struct trust trust;
	struct stat st;
	int r = export_enter(dir, id, &version, err);

	if (r < 0)
		return r;
	r = export_record(&version, id, &record, err);
	if (r < 0)
		return r;
	trust_init_root(&trust);
	if (fstat(version.fd, &st) < 0)
		return err_set(err, errno, "cannot look at %s", version.path);
	r = trust_state(&trust, &st, version.path, err);
	return r < 0 ? r : version_manifest_look(&version, &trust, err);
}

int rollback(const struct export_dir *dir, const char *id, char *ret_id, struct err *err)
{
	EXPORT_LOCK_CLEANUP struct export_lock lock = EXPORT_UNLOCKED;
	char found[VERSION_ID_SIZE];
	int r = export_lock_take(dir, &lock, err);

	if (r < 0)
		return r;
	if (!id)
		r = find_previous(dir, found, err);
	else if (str_copy(found, sizeof(found), id) < 0)
		r = err_say(err, EINVAL, "'%.70s' is no version's id", id);
	if (r < 0)
		return r;
	r = check_version(dir, found, err);
	if (r < 0)
		return r;
	r = export_switch(dir, found, err);
	if (r < 0)
		return r;
	memcpy(ret_id, found, VERSION_ID_SIZE);
	return 0;
}
