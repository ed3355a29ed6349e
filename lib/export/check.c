/* SPDX-License-Identifier: MIT */
/* The manifest, and all that `busypy check` proves. */
#include "export/check.h"

#include "base/folder.h"
#include "check/check.h"
#include "core/err.h"
#include "export/manifest.h"

int export_check(const struct folder *version, struct err *err)
{
	int r = version_manifest_verify(version, err);

	if (r < 0)
		return r;
	r = check_demand(&(struct check_request){ .tree = version->path }, err);
	if (r < 0)
		return err_wrap(err, r, "%s", version->path);
	return 0;
}
