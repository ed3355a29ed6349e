/* SPDX-License-Identifier: MIT */
/* A line for each version: its id, a blank, seconds. A new file takes the old one's place. */
#include "export/leased.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/files.h"
#include "base/walk.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/version.h"
#include "export/export.h"

#define NAME ".leased"

enum { LINE_MAX_SIZE = VERSION_ID_SIZE + 24 };

/* One line, terminated. */
static int take_line(char *line, const struct version_record *versions, size_t n, uint64_t *ret)
{
	char *blank = strchr(line, ' ');
	uint64_t at;

	if (!blank || str_to_u64(blank + 1, 10, &at) < 0)
		return -EINVAL;
	*blank = '\0';
	for (size_t i = 0; i < n; i++) {
		if (str_eq(versions[i].id, line))
			ret[i] = at;
	}
	return 0;
}

int leased_read(const char *export, const struct version_record *versions, size_t n, uint64_t *ret,
		struct err *err)
{
	FILES_FREE char *bytes = NULL;
	char path[PATH_SIZE];
	size_t size;
	int r = files_path(path, err, "%s/" NAME, export);

	memset(ret, 0, n * sizeof(*ret));
	if (r < 0)
		return r;
	if (!files_exist(path))
		return 0;
	r = files_read(path, &bytes, &size, err);
	if (r < 0)
		return r;
	for (char *line = bytes, *end; (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		if (take_line(line, versions, n, ret) < 0)
			return err_say(err, EINVAL, "%s: cannot be understood (Hint: rm it)", path);
	}
	return 0;
}

int leased_write(const char *export, const struct version_record *versions, size_t n,
		 const uint64_t *seen, struct err *err)
{
	ARRAY_FREE char *bytes = malloc(n * LINE_MAX_SIZE + 1);
	char path[PATH_SIZE], fresh[PATH_SIZE];
	struct text text;
	int r = files_path(path, err, "%s/" NAME, export);

	if (!bytes)
		return err_set(err, ENOMEM, "cannot remember leases");
	if (r < 0)
		return r;
	r = files_path(fresh, err, "%s.new", path);
	if (r < 0)
		return r;
	text_init(&text, bytes, n * LINE_MAX_SIZE + 1);
	for (size_t i = 0; i < n; i++) {
		if (seen[i])
			text_addf(&text, "%s %llu\n", versions[i].id, (unsigned long long)seen[i]);
	}
	if (!text.used)
		return walk_remove(path, err);
	r = walk_remove(fresh, err);
	if (r < 0)
		return r;
	r = files_write(fresh, bytes, text.used, 0600, err);
	if (r < 0)
		return r;
	if (rename(fresh, path) < 0)
		return err_set(err, errno, "cannot rename %s", fresh);
	return export_sync_dir(export, err);
}
