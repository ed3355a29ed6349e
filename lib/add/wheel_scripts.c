/* SPDX-License-Identifier: MIT */
/* Rewrites first lines, and writes what calls an entry point. */
#include "add/wheel_scripts.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "add/add.h"
#include "add/script.h"
#include "add/work.h"
#include "base/exact.h"
#include "base/files.h"
#include "base/path_list.h"
#include "core/entry_point.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "sys/fd.h"

#define PYTHON "#!/usr/bin/python3"

/* Bytes of a first line up to the options of the Python that it names; 0 if it stays. */
static size_t python_length(const char *text, bool installed)
{
	size_t n = strcspn(text, " \t\r\n"), base = 2;

	if (!str_starts(text, "#!"))
		return 0;
	for (size_t i = base; installed && i < n; i++)
		base = text[i] == '/' ? i + 1 : base;
	return str_starts(text + base, "python") ? n : 0;
}

static int name_interpreter(const char *path, bool installed, struct err *err)
{
	static const char ours[] = PYTHON;
	FILES_FREE char *text = NULL, *named = NULL;
	size_t n, end;
	int r = exact_read(path, &text, &n, err);

	if (r < 0)
		return r;
	end = python_length(text, installed);
	if (!end || (end == strlen(ours) && str_starts(text, ours)))
		return 0;
	named = malloc(sizeof(ours) + n);
	if (!named)
		return err_set(err, ENOMEM, "cannot read %s", path);
	memcpy(named, ours, sizeof(ours) - 1);
	memcpy(named + sizeof(ours) - 1, text + end, n - end);
	r = exact_remove(path, err);
	if (r < 0)
		return r;
	return exact_write(path, named, sizeof(ours) - 1 + n - end, 0755, err);
}

static int note(const struct wheel_scripts *scripts, const char *path, const char *to,
		struct err *err)
{
	FD_CLEANUP int fd = -1;
	int r;

	fd = exact_open_file(path, err);
	if (fd < 0)
		return fd;
	r = add_script_packed(scripts->add, fd, path, scripts->from, err);
	if (r <= 0)
		return r;
	return path_list_add(scripts->files, to) < 0 ? err_set(err, ENOMEM, "cannot add %s", to)
						     : 0;
}

int wheel_scripts_note(const struct wheel_scripts *scripts, const char *folder, const char *name,
		       struct err *err)
{
	char path[PATH_SIZE], to[PATH_SIZE];
	int r = files_path(path, err, "%s/%s", folder, name);

	if (r < 0)
		return r;
	r = files_path(to, err, "bin/%s", name);
	if (r < 0)
		return r;
	for (size_t i = 0; i < scripts->files->n; i++) {
		if (str_eq(scripts->files->paths[i], to))
			return 0;
	}
	r = name_interpreter(path, scripts->installed, err);
	return r < 0 ? r : note(scripts, path, to, err);
}

/* One may be a command and one with a window. */
static int check_twice(const struct wheel_scripts *scripts, const struct entry_point *point,
		       const char *path, const char *script, struct err *err)
{
	FILES_FREE char *text = NULL;
	size_t n;
	int r = exact_read(path, &text, &n, err);

	if (r < 0 || str_eq(text, script))
		return r;
	return err_say(err, EINVAL, "%s: two of its commands are called %s", scripts->from,
		       point->name);
}

static int write_command(const struct wheel_scripts *scripts, const struct entry_point *point,
			 struct err *err)
{
	char path[PATH_SIZE], dir[PATH_SIZE], script[4 * ENTRY_POINT_MAX];
	int r = entry_point_script(point, script, sizeof(script));

	if (r < 0)
		return err_set(err, -r, "%s: the command %s", scripts->from, point->name);
	r = files_path(dir, err, "%s.commands", scripts->dir);
	if (r < 0)
		return r;
	r = files_path(path, err, "%s/%s", dir, point->name);
	if (r < 0)
		return r;
	r = exact_mkdirs(dir, err);
	if (r < 0)
		return r;
	if (exact_exists(path))
		return check_twice(scripts, point, path, script, err);
	r = exact_write(path, script, strlen(script), 0755, err);
	if (r < 0)
		return r;
	return wheel_scripts_note(scripts, dir, point->name, err);
}

int wheel_scripts_note_commands(const struct wheel_scripts *scripts, const char *info,
				struct err *err)
{
	FILES_FREE char *text = NULL;
	struct entry_points points = { 0 };
	struct entry_point point;
	char path[PATH_SIZE];
	size_t n;
	int r = files_path(path, err, "%s/%s/entry_points.txt", scripts->dir, info);

	if (r < 0 || !exact_exists(path))
		return r;
	r = exact_read(path, &text, &n, err);
	if (r < 0)
		return r;
	points.at = text;
	points.left = n;
	while ((r = entry_point_next(&points, &point)) > 0) {
		r = write_command(scripts, &point, err);
		if (r < 0)
			return r;
	}
	return r < 0 ? err_say(err, EINVAL, "%s: cannot understand its entry_points.txt",
			       scripts->from)
		     : 0;
}
