/* SPDX-License-Identifier: MIT */
/* A version has a record of itself. */
#include "base/export_mark.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "core/export_layout.h"
#include "core/nfs_export.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "sys/below.h"
#include "sys/dirs.h"
#include "sys/fd.h"

/* All of them are ours, but prove nothing alone. */
static bool may_be_ours(const char *name)
{
	return str_eq(name, EXPORT_VERSIONS) || str_eq(name, EXPORT_CURRENT) ||
	       str_eq(name, EXPORT_CURRENT_TMP) || str_eq(name, NFS_EXPORT_LEASES) ||
	       str_eq(name, "lost+found") || str_starts(name, ".lock");
}

static bool has_others(int dir)
{
	FD_CLEANUP int fd = below_open(dir, ".", O_RDONLY | O_DIRECTORY);
	struct dirs dirs;
	const char *name;

	dirs_begin(&dirs, fd);
	while (dirs_next(&dirs, &name) > 0) {
		if (!may_be_ours(name))
			return true;
	}
	return false;
}

bool export_mark_is(int dir)
{
	FD_CLEANUP int versions = below_open(dir, EXPORT_VERSIONS, O_RDONLY | O_DIRECTORY);
	bool only_begun = true;
	struct dirs dirs;
	const char *name;

	if (versions < 0)
		return false;
	dirs_begin(&dirs, versions);
	while (dirs_next(&dirs, &name) > 0) {
		char record[PATH_SIZE];
		struct stat st;

		if (path_join(record, sizeof(record), name, TREE_VERSION_RECORD) == 0 &&
		    below_stat(versions, record, &st) == 0 && S_ISREG(st.st_mode))
			return true;
		only_begun = only_begun && (str_ends(name, ".tmp") || str_ends(name, ".gone"));
	}
	return only_begun && !has_others(dir);
}
