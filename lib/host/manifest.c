/* SPDX-License-Identifier: MIT */
/* A list and its text. */
#include "manifest.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "files.h"
#include "manifest_line.h"
#include "origins.h"
#include "package.h"

enum { LINE_MAX_OURS = 4 * FILES_PATH_MAX };

int manifest_add(struct manifest *manifest, const char *path, const char *source, const char *real,
		 bool patched, struct err *err)
{
	struct manifest_file *file;

	if (manifest->n_files == manifest->room) {
		size_t room = manifest->room ? manifest->room * 2 : 128;

		file = reallocarray(manifest->files, room, sizeof(*file));
		if (!file)
			return err_set(err, ENOMEM, "cannot list %s", path);
		manifest->files = file;
		manifest->room = room;
	}
	file = &manifest->files[manifest->n_files++];
	*file = (struct manifest_file){ .patched = patched };
	file->path = strdup(path);
	file->source = strdup(source);
	if (!file->path || !file->source)
		return err_set(err, ENOMEM, "cannot list %s", path);
	return files_sum(real, file->sum, &file->size, err);
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct manifest_file *)a)->path,
		      ((const struct manifest_file *)b)->path);
}

static int print_file(const struct manifest_file *file, const struct origins *origins,
		      const char *kind, FILE *out)
{
	const struct package *package = origins_package(origins, file->source);
	char size[24], origin[FILES_PATH_MAX], line[LINE_MAX_OURS];
	int n = package ? snprintf(origin, sizeof(origin), "%s=%s", package->name, package->version)
			: snprintf(origin, sizeof(origin), "%s:%s", kind, file->source);

	if (n < 0 || (size_t)n >= sizeof(origin))
		return -ENAMETOOLONG;
	(void)snprintf(size, sizeof(size), "%" PRIu64, file->size); /* 20 digits at most */
	n = manifest_line_format(
		&(struct manifest_line){ .sum = file->sum,
					 .size = size,
					 .path = file->path,
					 .origin = origin,
					 .state = file->patched ? "patched" : "as-is" },
		line, sizeof(line));
	if (n < 0)
		return n;
	return fprintf(out, "%s\n", line) < 0 ? -ENOMEM : 0;
}

int manifest_write(struct manifest *manifest, const struct origins *origins, const char *kind,
		   const char *to, struct err *err)
{
	FILES_FREE char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);
	int r = 0;

	if (!out)
		return err_set(err, ENOMEM, "cannot write %s", to);
	qsort(manifest->files, manifest->n_files, sizeof(*manifest->files), compare);
	for (size_t i = 0; r == 0 && i < manifest->n_files; i++)
		r = print_file(&manifest->files[i], origins, kind, out);
	if (fclose(out) != 0 && r == 0)
		r = -ENOMEM;
	if (r < 0)
		return err_set(err, -r, "cannot write %s", to);
	return files_write(to, text, n, 0644, err);
}

void manifest_free(struct manifest *manifest)
{
	for (size_t i = 0; i < manifest->n_files; i++) {
		free(manifest->files[i].path);
		free(manifest->files[i].source);
	}
	free(manifest->files);
	memset(manifest, 0, sizeof(*manifest));
}
