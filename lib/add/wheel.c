/* SPDX-License-Identifier: MIT */
/* Notes a wheel's parts: its packages together, for all archs or, with ELF files in it, for one
 * runtime; its scripts and commands for bin. */
#include "add/wheel.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "add/add.h"
#include "add/content.h"
#include "add/items.h"
#include "add/script.h"
#include "add/work.h"
#include "base/array.h"
#include "base/exact.h"
#include "base/files.h"
#include "base/listener.h"
#include "base/walk.h"
#include "core/arch.h"
#include "core/entry_point.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "source/wheel.h"
#include "stage/runtime_info.h"
#include "stage/transaction.h"
#include "sys/fd.h"

/* One wheel, extracted. */
struct unpacked {
	struct add *add;
	const char *from; /* the wheel's own path */
	char dir[PATH_SIZE];
	char to[PATH_SIZE]; /* where its packages go, in the tree */
	struct add_content content;
	bool has_info;
};

typedef int each_fn(const char *dir, const char *name, struct err *err, void *ctx);

static int not_hidden(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int each_entry(struct unpacked *wheel, const char *dir, each_fn *each, struct err *err)
{
	if (!exact_exists(dir))
		return 0;
	return exact_each_name(
		dir, &(struct files_names){ .select = not_hidden, .each = each, .ctx = wheel },
		err);
}

static int note_module(const char *dir, const char *name, struct err *err, void *ctx)
{
	struct unpacked *wheel = ctx;
	char path[PATH_SIZE], to[PATH_SIZE];
	int r = files_path(path, err, "%s/%s", dir, name);

	if (r < 0)
		return r;
	r = files_path(to, err, "%s/%s", wheel->to, name);
	if (r < 0)
		return r;
	return add_item_note_packed(wheel->add, to, path, wheel->from, wheel->content.arch, err);
}

/* -- scripts -------------------------------------------------------------------------------- */

/* Installers write the interpreter's path where a wheel has "#!python". */
static int name_interpreter(const char *path, struct err *err)
{
	static const char any[] = "#!python", ours[] = "#!/usr/bin/python3";
	FILES_FREE char *text = NULL, *named = NULL;
	size_t n, end;
	int r = exact_read(path, &text, &n, err);

	if (r < 0 || !str_starts(text, any))
		return r;
	end = strcspn(text, " \r\n");
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

static int note_script(const char *dir, const char *name, struct err *err, void *ctx)
{
	struct unpacked *wheel = ctx;
	FD_CLEANUP int fd = -1;
	char path[PATH_SIZE];
	int r = files_path(path, err, "%s/%s", dir, name);

	if (r < 0)
		return r;
	r = name_interpreter(path, err);
	if (r < 0)
		return r;
	fd = exact_open_file(path, err);
	return fd < 0 ? fd : add_script_packed(wheel->add, fd, path, wheel->from, err);
}

static int write_command(struct unpacked *wheel, const struct entry_point *point, struct err *err)
{
	char path[PATH_SIZE], dir[PATH_SIZE], script[4 * ENTRY_POINT_MAX];
	int r = entry_point_script(point, script, sizeof(script));

	if (r < 0)
		return err_set(err, -r, "%s: the command %s", wheel->from, point->name);
	r = files_path(dir, err, "%s.commands", wheel->dir);
	if (r < 0)
		return r;
	r = files_path(path, err, "%s/%s", dir, point->name);
	if (r < 0)
		return r;
	r = exact_mkdirs(dir, err);
	if (r < 0)
		return r;
	r = exact_write(path, script, strlen(script), 0755, err);
	if (r < 0)
		return r;
	return note_script(dir, point->name, err, wheel);
}

static int note_commands(struct unpacked *wheel, const char *info, struct err *err)
{
	FILES_FREE char *text = NULL;
	struct entry_points points = { 0 };
	struct entry_point point;
	char path[PATH_SIZE];
	size_t n;
	int r = files_path(path, err, "%s/entry_points.txt", info);

	if (r < 0 || !exact_exists(path))
		return r;
	r = exact_read(path, &text, &n, err);
	if (r < 0)
		return r;
	points.at = text;
	points.left = n;
	while ((r = entry_point_next(&points, &point)) > 0) {
		r = write_command(wheel, &point, err);
		if (r < 0)
			return r;
	}
	return r < 0 ? err_say(err, EINVAL, "%s: cannot understand its entry_points.txt",
			       wheel->from)
		     : 0;
}

/* -- its parts ------------------------------------------------------------------------------ */

/* What is left out: how many files, and the first. */
struct left {
	const char *dir;
	size_t n;
	char first[PATH_SIZE];
};

static int count_left(const struct walk_entry *entry, struct err *err, void *ctx)
{
	struct left *left = ctx;

	(void)err;
	if (S_ISDIR(entry->st->st_mode))
		return 0;
	if (!left->n++)
		(void)str_copy(left->first, sizeof(left->first),
			       entry->path + strlen(left->dir) + 1); /* as large */
	return 0;
}

static int leave_out(const struct unpacked *wheel, const char *path, const char *name,
		     struct err *err)
{
	struct left left = { .dir = path };
	int r = exact_walk(path, &(struct walk){ .each = count_left, .ctx = &left }, err);

	if (r < 0 || !left.n)
		return r;
	if (left.n == 1)
		listener_warn(wheel->add->request->listener, "%s: its %s is left out: %s",
			      wheel->from, name, left.first);
	else
		listener_warn(wheel->add->request->listener,
			      "%s: its %s is left out: %zu files, the first is %s", wheel->from,
			      name, left.n, left.first);
	return 0;
}

static int take_data(const char *dir, const char *name, struct err *err, void *ctx)
{
	struct unpacked *wheel = ctx;
	char path[PATH_SIZE];
	int r = files_path(path, err, "%s/%s", dir, name);

	if (r < 0)
		return r;
	if (str_eq(name, "purelib") || str_eq(name, "platlib"))
		return each_entry(wheel, path, note_module, err);
	if (str_eq(name, "scripts"))
		return each_entry(wheel, path, note_script, err);
	return leave_out(wheel, path, name, err);
}

static int take_part(const char *dir, const char *name, struct err *err, void *ctx)
{
	struct unpacked *wheel = ctx;
	char path[PATH_SIZE];
	int r = files_path(path, err, "%s/%s", dir, name);

	if (r < 0)
		return r;
	if (str_ends(name, ".data"))
		return each_entry(wheel, path, take_data, err);
	r = note_module(dir, name, err, wheel);
	if (r < 0 || !str_ends(name, ".dist-info"))
		return r;
	wheel->has_info = true;
	return note_commands(wheel, path, err);
}

/* Packages and the libraries beside them find one another only in one place. */
static int choose_place(struct unpacked *wheel, struct err *err)
{
	const struct add *add = wheel->add;
	const struct arch *arch;
	char dist[PATH_SIZE];
	FD_CLEANUP int fd = exact_open(wheel->dir, O_RDONLY | O_DIRECTORY);
	int r = fd < 0 ? err_set(err, -fd, "cannot read %s", wheel->dir)
		       : add_content_look(fd, wheel->dir, &wheel->content, err);

	arch = wheel->content.arch;
	if (r < 0)
		return r;
	if (!arch)
		return files_path(wheel->to, err, TREE_SITE);
	r = add_content_runtime(add, wheel->from, arch, wheel->content.minor, err);
	if (r < 0)
		return r;
	r = add_runtime_dist(add, (size_t)r, (unsigned)wheel->content.minor, dist, sizeof(dist),
			     err);
	return r < 0 ? r : files_path(wheel->to, err, TREE_USR_OF "/%s", arch->name, dist);
}

static int take_wheel(struct unpacked *wheel, int file, size_t which, struct err *err)
{
	int r = files_path(wheel->dir, err, "%s/source/wheel.%zu", wheel->add->transaction->build,
			   which);

	if (r < 0)
		return r;
	r = wheel_extract(file, wheel->from, wheel->dir, err);
	if (r < 0)
		return r;
	r = choose_place(wheel, err);
	if (r < 0)
		return r;
	r = each_entry(wheel, wheel->dir, take_part, err);
	if (r < 0)
		return r;
	if (!wheel->has_info)
		r = err_say(err, EINVAL, "%s is no wheel: it has no .dist-info", wheel->from);
	return r;
}

bool add_is_wheel(const char *word)
{
	return str_ends(word, ".whl");
}

int add_wheel_note(struct add *add, int *fd, const char *path, struct err *err)
{
	struct add_wheel_file *wheel;

	if (array_reserve(&add->wheels, &add->room_wheels, add->n_wheels + 1,
			  sizeof(*add->wheels)) < 0)
		return err_set(err, ENOMEM, "cannot read %s", path);
	wheel = &add->wheels[add->n_wheels];
	wheel->path = strdup(path);
	if (!wheel->path)
		return err_set(err, ENOMEM, "cannot read %s", path);
	wheel->fd = fd_steal(fd);
	add->n_wheels++;
	return 0;
}

int add_wheel(struct add *add, size_t which, struct err *err)
{
	const struct add_wheel_file *file = &add->wheels[which];
	struct unpacked *wheel = calloc(1, sizeof(*wheel));
	int r;

	if (!wheel)
		return err_set(err, ENOMEM, "cannot read %s", file->path);
	wheel->add = add;
	wheel->from = file->path;
	r = take_wheel(wheel, file->fd, which, err);
	free(wheel);
	return r;
}
