/* SPDX-License-Identifier: MIT */
/* The paths of an export, taken apart. */
#include "core/export_layout.h"

#include <errno.h>
#include <string.h>

#include "core/str.h"

static const char folder[] = "/" EXPORT_VERSIONS "/";

enum { FOLDER_LENGTH = sizeof(folder) - 1 };

bool export_layout_in_versions(const char *path, const char *name)
{
	return name - path >= FOLDER_LENGTH &&
	       memcmp(name - FOLDER_LENGTH, folder, FOLDER_LENGTH) == 0;
}

const char *export_layout_id(const char *path)
{
	const char *id = path_base(path);

	return *id && export_layout_in_versions(path, id) ? id : NULL;
}

int export_layout_export(const char *path, char *dst, size_t size)
{
	const char *id = export_layout_id(path);
	size_t n;

	if (!id)
		return -ENOENT;
	n = (size_t)(id - path) - FOLDER_LENGTH;
	return n ? str_copy_bytes(dst, size, path, n) : str_copy(dst, size, "/");
}

int export_layout_current(const char *path, char *dst, size_t size)
{
	int r = export_layout_export(path, dst, size);
	size_t n;

	if (r < 0)
		return r;
	n = strlen(dst);
	return str_copy(dst + n, size - n,
			str_ends(dst, "/") ? EXPORT_CURRENT : "/" EXPORT_CURRENT);
}

const char *export_layout_target(const char *target)
{
	const char *id;

	if (!str_starts(target, EXPORT_VERSIONS "/"))
		return NULL;
	id = target + strlen(EXPORT_VERSIONS "/");
	return *id && *id != '.' && !strchr(id, '/') ? id : NULL;
}
