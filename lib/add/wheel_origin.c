/* SPDX-License-Identifier: MIT */
/* PEP 376 (INSTALLER, REQUESTED) and PEP 610 (direct_url.json). */
#include "add/wheel_origin.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "add/work.h"
#include "base/exact.h"
#include "base/files.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"

#define INSTALLER "busypy\n"

static int replace(const char *dir, const char *info, const char *name, const char *text,
		   struct err *err)
{
	char path[PATH_SIZE];
	int r = files_path(path, err, "%s/%s/%s", dir, info, name);

	if (r < 0)
		return r;
	r = exact_remove(path, err);
	return r < 0 || !text ? r : exact_write(path, text, strlen(text), 0644, err);
}

/* As urllib's quote(). */
static void add_quoted(struct text *text, const char *path)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
				    "_.-~/";

	for (const char *s = path; *s; s++) {
		if (strchr(plain, *s))
			text_add_bytes(text, s, 1);
		else
			text_addf(text, "%%%02X", (unsigned char)*s);
	}
}

static int write_url(const struct add_wheel_file *file, const char *dir, const char *info,
		     struct err *err)
{
	char sum[65], json[3 * PATH_SIZE + 512];
	struct text text;
	uint64_t size;
	int r;

	if (lseek(file->fd, 0, SEEK_SET) < 0)
		return err_set(err, errno, "cannot read %s", file->path);
	r = files_sum_open(file->fd, file->path, sum, &size, err);
	if (r < 0)
		return r;
	text_init(&text, json, sizeof(json));
	text_addf(&text,
		  "{\"archive_info\": {\"hash\": \"sha256=%s\", \"hashes\": {\"sha256\": "
		  "\"%s\"}}, \"url\": \"file://",
		  sum, sum);
	add_quoted(&text, file->path);
	text_add(&text, "\"}");
	if (text_check(&text) < 0)
		return err_set(err, ENAMETOOLONG, "%s", file->path);
	return replace(dir, info, "direct_url.json", json, err);
}

int wheel_origin_write(const struct add_wheel_file *file, const char *dir, const char *info,
		       struct err *err)
{
	int r = replace(dir, info, "INSTALLER", INSTALLER, err);

	if (r < 0 || file->is_folder)
		return r;
	r = replace(dir, info, "REQUESTED", file->requested ? "" : NULL, err);
	if (r < 0)
		return r;
	return file->requested ? write_url(file, dir, info, err)
			       : replace(dir, info, "direct_url.json", NULL, err);
}
