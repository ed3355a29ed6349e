/* SPDX-License-Identifier: MIT */
/* Notes a wheel's parts: its packages together, for all archs or, with ELF files in it or a tag of
 * an arch, for one runtime; its scripts and commands for bin. */
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
#include "add/dist.h"
#include "add/merge.h"
#include "add/wheel_data.h"
#include "add/wheel_fit.h"
#include "add/wheel_folder.h"
#include "add/wheel_info.h"
#include "add/wheel_origin.h"
#include "add/wheel_record.h"
#include "add/wheel_scripts.h"
#include "add/work.h"
#include "base/array.h"
#include "base/exact.h"
#include "base/files.h"
#include "base/listener.h"
#include "base/path_list.h"
#include "base/walk.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/name.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "core/wheel_name.h"
#include "source/wheel.h"
#include "stage/runtime_info.h"
#include "stage/transaction.h"
#include "sys/fd.h"

/* One wheel, unpacked. */
struct unpacked {
	struct add *add;
	const char *from; /* what sentences call it */
	char dir[PATH_SIZE];
	const struct wheel_name *named; /* or NULL */
	struct wheel_info info;
	struct wheel_fits fits;
	struct add_content content;
	struct add_dist *dist; /* of which files are noted */
	const struct add_wheel_file *file;
	bool installed; /* by pip, into a folder */
};

typedef int each_fn(const char *dir, const char *name, struct err *err, void *ctx);

static int each_entry(struct unpacked *wheel, const char *dir, each_fn *each, struct err *err)
{
	if (!exact_exists(dir))
		return 0;
	return exact_each_name(dir, &(struct files_names){ .each = each, .ctx = wheel }, err);
}

/* -- packages ------------------------------------------------------------------------------- */

/* What is in the place of a distribution: all but RECORD, which is written last. */
struct listing {
	struct path_list *files;
	const char *from;
	const char *to;
	size_t top; /* bytes of a path that are the walk's own start */
	const char *record;
};

static int skip_cache(const struct walk_entry *entry, struct err *err, void *ctx)
{
	(void)err;
	(void)ctx;
	return str_eq(entry->name, "__pycache__");
}

static int list_file(const struct walk_entry *entry, struct err *err, void *ctx)
{
	const struct listing *listing = ctx;
	char path[PATH_SIZE];
	const char *flaw = name_flaw(entry->name, strlen(entry->name));
	int r = files_path(path, err, "%s%s", listing->to, entry->path + listing->top);

	if (r == 0 && flaw)
		return err_say(err, EINVAL, "%s: %s %s", listing->from, path, flaw);
	if (r < 0 || S_ISDIR(entry->st->st_mode) || str_eq(path, listing->record))
		return r;
	return path_list_add(listing->files, path) < 0 ? err_set(err, ENOMEM, "cannot add %s", path)
						       : 0;
}

static int list_files(struct unpacked *wheel, const char *to, const char *path, struct err *err)
{
	char record[PATH_SIZE];
	struct listing listing = { .files = wheel->dist->files,
				   .from = wheel->from,
				   .to = to,
				   .top = strlen(path),
				   .record = record };
	int r = files_path(record, err, "%s/RECORD", wheel->dist->info);

	if (r < 0)
		return r;
	return exact_walk(path,
			  &(struct walk){ .each = list_file, .enter = skip_cache, .ctx = &listing },
			  err);
}

/* Python reads .pth files of its own folders alone; those of the tree's are read by what staging
 * puts beside it, if it is new enough. */
static void warn_of_pth(const struct unpacked *wheel, const char *name)
{
	const struct add *add = wheel->add;

	for (size_t i = 0; i < add->n_runtimes; i++) {
		const struct runtime_info *info = add->runtimes[i].info;
		FILES_FREE char *text = NULL;
		char path[PATH_SIZE];
		size_t n;

		if (files_path(path, NULL, "%s/%s/%s", info->usr, info->stdlib,
			       path_base(TREE_START)) == 0 &&
		    exact_read(path, &text, &n, NULL) == 0 && strstr(text, "addsitedir"))
			continue;
		listener_warn(add->request->listener,
			      "%s: its %s has no effect for %s, whose runtime was staged by an "
			      "older busypy (Hint: stage it again)",
			      wheel->from, name, info->arch->name);
	}
}

static int note_module(const char *dir, const char *name, struct err *err, void *ctx)
{
	struct unpacked *wheel = ctx;
	char path[PATH_SIZE], to[PATH_SIZE];
	int r = files_path(path, err, "%s/%s", dir, name);

	if (r < 0 || str_eq(name, "__pycache__"))
		return r;
	r = files_path(to, err, "%s/%s", wheel->dist->site, name);
	if (r < 0)
		return r;
	r = list_files(wheel, to, path, err);
	if (r < 0)
		return r;
	if (!wheel->dist->arch && str_ends(name, ".pth"))
		warn_of_pth(wheel, name);
	return add_merge_note(wheel->add, to, path, wheel->from, wheel->dist->arch, err);
}

/* -- its parts ------------------------------------------------------------------------------ */

static struct wheel_scripts scripts_of(const struct unpacked *wheel)
{
	return (struct wheel_scripts){ .add = wheel->add,
				       .dir = wheel->dir,
				       .from = wheel->from,
				       .installed = wheel->installed,
				       .files = wheel->dist->files };
}

static int note_script(const char *dir, const char *name, struct err *err, void *ctx)
{
	const struct wheel_scripts scripts = scripts_of(ctx);

	return wheel_scripts_note(&scripts, dir, name, err);
}

static int take_data(const char *dir, const char *name, struct err *err, void *ctx)
{
	struct unpacked *wheel = ctx;
	const struct wheel_data data = { .add = wheel->add,
					 .from = wheel->from,
					 .arch = wheel->dist->arch,
					 .files = wheel->dist->files };
	char path[PATH_SIZE];
	int r = files_path(path, err, "%s/%s", dir, name);

	if (r < 0)
		return r;
	if (str_eq(name, "purelib") || str_eq(name, "platlib"))
		return each_entry(wheel, path, note_module, err);
	if (str_eq(name, "scripts"))
		return each_entry(wheel, path, note_script, err);
	if (str_eq(name, "data"))
		return wheel_data_note(&data, path, err);
	return wheel_data_leave_out(&data, path, name, err);
}

static int take_part(const char *dir, const char *name, struct err *err, void *ctx)
{
	const struct wheel_scripts scripts = scripts_of(ctx);
	struct unpacked *wheel = ctx;
	char path[PATH_SIZE];
	int r = files_path(path, err, "%s/%s", dir, name);

	if (r < 0 || str_ends(name, ".data"))
		return r;
	r = note_module(dir, name, err, wheel);
	if (r < 0 || !str_eq(name, wheel->info.folder))
		return r;
	return wheel_scripts_note_commands(&scripts, name, err);
}

/* After the rest: a command comes before a script of its name. */
static int take_data_folder(const char *dir, const char *name, struct err *err, void *ctx)
{
	char path[PATH_SIZE];
	int r = files_path(path, err, "%s/%s", dir, name);

	if (r < 0 || !str_ends(name, ".data"))
		return r;
	return each_entry(ctx, path, take_data, err);
}

/* -- where it goes -------------------------------------------------------------------------- */

/* Everything of it, into one folder on sys.path. */
static int take_to(struct unpacked *wheel, const struct arch *arch, const char *site,
		   struct err *err)
{
	struct add *add = wheel->add;
	int r = add_dist_note(add, &wheel->info, wheel->file, arch, site, err);

	if (r < 0)
		return r;
	wheel->dist = &add->dists->dists[add->dists->n - 1];
	r = each_entry(wheel, wheel->dir, take_part, err);
	if (r < 0)
		return r;
	r = each_entry(wheel, wheel->dir, take_data_folder, err);
	path_list_sort(wheel->dist->files);
	return r;
}

static int take_for(struct unpacked *wheel, size_t which, struct err *err)
{
	const struct runtime_info *info = wheel->add->runtimes[which].info;
	char dist[PATH_SIZE], site[PATH_SIZE];
	int r = add_runtime_dist(wheel->add, which, (unsigned)wheel->content.minor, dist,
				 sizeof(dist), err);

	if (r < 0)
		return r;
	r = files_path(site, err, TREE_USR_OF "/%s", info->arch->name, dist);
	return r < 0 ? r : take_to(wheel, info->arch, site, err);
}

static bool is_asked(const struct add *add, const struct arch *arch)
{
	for (size_t i = 0; i < add->request->n_archs; i++) {
		if (add->request->archs[i] == arch)
			return true;
	}
	return !add->request->n_archs;
}

/* Without ELF files the tags alone tell. */
static int take_by_tags(struct unpacked *wheel, struct err *err)
{
	const struct wheel_fits *fits = &wheel->fits;
	const struct add *add = wheel->add;
	bool any = false;

	if (fits->any || !add->n_runtimes)
		return take_to(wheel, NULL, TREE_SITE, err);
	for (size_t i = 0; i < fits->n; i++) {
		int r;

		if (!is_asked(add, add->runtimes[fits->which[i]].info->arch))
			continue;
		any = true;
		r = take_for(wheel, fits->which[i], err);
		if (r < 0)
			return r;
	}
	return any ? 0
		   : err_say(err, EINVAL, "%s is for %s, not for %s", wheel->from,
			     add->runtimes[fits->which[0]].info->arch->name,
			     add->request->archs[0]->name);
}

/* Packages and the libraries beside them find one another only in one place. */
static int take_by_content(struct unpacked *wheel, struct err *err)
{
	const struct arch *arch = wheel->content.arch;
	int r = add_content_runtime(wheel->add, wheel->from, arch, wheel->content.minor, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < wheel->fits.n; i++) {
		if (wheel->fits.which[i] == (size_t)r)
			return take_for(wheel, (size_t)r, err);
	}
	return err_say(err, ENOEXEC, "%s has files for %s, which its tags do not name", wheel->from,
		       arch->name);
}

static int look(struct unpacked *wheel, struct err *err)
{
	FD_CLEANUP int fd = exact_open(wheel->dir, O_RDONLY | O_DIRECTORY);

	return fd < 0 ? err_set(err, -fd, "cannot read %s", wheel->dir)
		      : add_content_look(fd, wheel->dir, &wheel->content, err);
}

static int take_wheel(struct unpacked *wheel, struct err *err)
{
	struct add *add = wheel->add;
	int r = wheel_info_read(add, wheel->dir, wheel->from, wheel->named, &wheel->info, err);

	if (r < 0)
		return r;
	if (!wheel->installed)
		r = wheel_record_verify(add, wheel->dir, wheel->from, &wheel->info, err);
	if (r < 0)
		return r;
	r = wheel_fit_find(add, wheel->from, wheel->named, &wheel->info, &wheel->fits, err);
	if (r < 0)
		return r;
	r = wheel_origin_write(wheel->file, wheel->dir, wheel->info.folder, err);
	if (r < 0)
		return r;
	r = look(wheel, err);
	if (r < 0)
		return r;
	return wheel->content.arch ? take_by_content(wheel, err) : take_by_tags(wheel, err);
}

/* -- from a file, from a folder ------------------------------------------------------------- */

static int take_file(struct unpacked *wheel, size_t which, struct wheel_name *named,
		     struct err *err)
{
	int r = wheel_name_parse(path_base(wheel->file->path), named);

	if (r < 0)
		return err_say(err, EINVAL,
			       "%s: its name is no wheel's (Hint: "
			       "NAME-VERSION-PYTHON-ABI-PLATFORM.whl)",
			       wheel->from);
	wheel->named = named;
	r = files_path(wheel->dir, err, "%s/source/wheel.%zu", wheel->add->transaction->build,
		       which);
	if (r < 0)
		return r;
	r = wheel_extract(wheel->file->fd, wheel->from, wheel->dir, err);
	return r < 0 ? r : take_wheel(wheel, err);
}

/* One of those that pip has put into the folder. */
static int take_folder(struct unpacked *wheel, size_t which, struct err *err)
{
	WHEEL_FOLDER_CLEANUP struct wheel_folder folder = { 0 };
	int r = files_path(folder.dir, err, "%s/source/folder.%zu", wheel->add->transaction->build,
			   which);

	if (r < 0)
		return r;
	r = wheel_folder_open(wheel->add, wheel->file, &folder, err);
	if (r < 0)
		return r;
	wheel->installed = true;
	while ((r = wheel_folder_next(&folder, wheel->dir, err)) > 0) {
		r = take_wheel(wheel, err);
		wheel_info_free(&wheel->info);
		if (r < 0)
			return r;
	}
	return r;
}

int add_wheel(struct add *add, size_t which, struct err *err)
{
	const struct add_wheel_file *file = &add->wheels[which];
	struct unpacked *wheel = calloc(1, sizeof(*wheel));
	struct wheel_name *named = calloc(1, sizeof(*named));
	int r = -ENOMEM;

	if (wheel && named) {
		wheel->add = add;
		wheel->file = file;
		wheel->from = file->path;
		r = file->is_folder ? take_folder(wheel, which, err)
				    : take_file(wheel, which, named, err);
		wheel_info_free(&wheel->info);
	} else {
		r = err_set(err, ENOMEM, "cannot read %s", file->path);
	}
	free(named);
	free(wheel);
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
	*wheel = (struct add_wheel_file){ .path = strdup(path), .requested = path[0] == '/' };
	if (!wheel->path)
		return err_set(err, ENOMEM, "cannot read %s", path);
	wheel->fd = fd_steal(fd);
	add->n_wheels++;
	return 0;
}

int add_wheel_note_folder(struct add *add, int fd, const char *path, struct err *err)
{
	FD_CLEANUP int mine = fd_reopen(fd, O_RDONLY | O_DIRECTORY);
	int r;

	if (mine < 0)
		return err_set(err, -mine, "cannot read %s", path);
	r = add_wheel_note(add, &mine, path, err);
	if (r == 0)
		add->wheels[add->n_wheels - 1].is_folder = true;
	return r;
}
