/* SPDX-License-Identifier: MIT */
/* Reads METADATA, RECORD and what stands beside them, folder by folder. */
#include "base/dists.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/exact.h"
#include "base/files.h"
#include "core/arch.h"
#include "core/dist_name.h"
#include "core/err.h"
#include "core/metadata.h"
#include "core/name.h"
#include "core/path_size.h"
#include "core/record_line.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "sys/fd.h"

enum { TEXT_MAX = 64 * 1024 * 1024, LICENCE_MAX = 120 };

/* A folder of sys.path. */
struct site {
	struct dists *dists;
	const char *top;	 /* the tree, or the folder */
	const char *path;	 /* below top */
	const char *view;	 /* where programs see it */
	const struct arch *arch; /* or NULL */
};

/* -- small files ---------------------------------------------------------------------------- */

/* A file below top; NULL if it is not there, or is none to read. Caller frees. */
static char *read_file(const struct site *site, const char *info, const char *name, size_t *ret_n)
{
	char path[PATH_SIZE], *bytes = NULL;
	FD_CLEANUP int fd = -1;
	struct stat st;

	if (files_path(path, NULL, "%s/%s%s%s", site->top, info, *name ? "/" : "", name) < 0)
		return NULL;
	fd = exact_open_file(path, NULL);
	if (fd < 0 || fstat(fd, &st) < 0 || st.st_size > TEXT_MAX)
		return NULL;
	return files_read_open(fd, path, &bytes, ret_n, NULL) < 0 ? NULL : bytes;
}

/* The first line of a file; "" without one. */
static char *read_line(const struct site *site, const char *info, const char *name)
{
	FILES_FREE char *text = NULL;
	size_t n;

	text = read_file(site, info, name, &n);
	return text ? strndup(text, strcspn(text, "\r\n")) : strdup("");
}

static bool has_file(const struct site *site, const char *info, const char *name)
{
	char path[PATH_SIZE];

	return files_path(path, NULL, "%s/%s/%s", site->top, info, name) == 0 && exact_exists(path);
}

/* -- metadata ------------------------------------------------------------------------------- */

static int add_need(struct dist *dist, const struct metadata_field *field)
{
	size_t room = dist->n_needs;

	if (array_reserve(&dist->needs, &room, dist->n_needs + 1, sizeof(*dist->needs)) < 0)
		return -ENOMEM;
	dist->needs[dist->n_needs] = strndup(field->value, field->n_value);
	return dist->needs[dist->n_needs++] ? 0 : -ENOMEM;
}

static int set_text(char **ret, const char *s, size_t n)
{
	free(*ret);
	*ret = strndup(s, n);
	return *ret ? 0 : -ENOMEM;
}

/* Some have the licence's whole text there. */
static int set_licence(struct dist *dist, const struct metadata_field *field)
{
	size_t n = 0;

	while (n < field->n_value && n < LICENCE_MAX && field->value[n] != '\n' &&
	       field->value[n] != '\r')
		n++;
	return set_text(&dist->licence, field->value, n);
}

static int take_field(struct dist *dist, const struct metadata_field *field, bool *expression)
{
	if (metadata_is(field, "Name") && !dist->name)
		return set_text(&dist->name, field->value, field->n_value);
	if (metadata_is(field, "Version") && !dist->version)
		return set_text(&dist->version, field->value, field->n_value);
	if (metadata_is(field, "Requires-Python"))
		return set_text(&dist->requires_python, field->value, field->n_value);
	if (metadata_is(field, "Requires-Dist"))
		return add_need(dist, field);
	if (metadata_is(field, "License-Expression")) {
		*expression = true;
		return set_licence(dist, field);
	}
	if (metadata_is(field, "License") && !*expression)
		return set_licence(dist, field);
	return 0;
}

/* NAME-VERSION.dist-info, or .egg-info with -pyX.Y before it. */
static int take_name(struct dist *dist)
{
	const char *base = path_base(dist->info), *end = strrchr(base, '.');
	const char *dash = strchr(base, '-'), *python;
	size_t n = (size_t)(end - base);

	if (!dash || dash > end)
		dash = end;
	python = strstr(dash, "-py");
	if (!dist->name && set_text(&dist->name, base, (size_t)(dash - base)) < 0)
		return -ENOMEM;
	if (dist->version)
		return 0;
	if (python && python > dash && python < end)
		n = (size_t)(python - base);
	return dash == end ? set_text(&dist->version, "", 0)
			   : set_text(&dist->version, dash + 1, n - (size_t)(dash + 1 - base));
}

static int read_metadata(const struct site *site, struct dist *dist)
{
	bool expression = false, egg = str_ends(dist->info, ".egg-info");
	char key[DIST_NAME_MAX];
	FILES_FREE char *text = NULL;
	struct metadata metadata = { 0 };
	struct metadata_field field;

	text = read_file(site, dist->info, egg ? "PKG-INFO" : "METADATA", &metadata.left);
	if (!text && egg) /* setup.py without setuptools writes a file */
		text = read_file(site, dist->info, "", &metadata.left);
	metadata.at = text;
	while (text && metadata_next(&metadata, &field) > 0) {
		if (take_field(dist, &field, &expression) < 0)
			return -ENOMEM;
	}
	if (take_name(dist) < 0)
		return -ENOMEM;
	if (dist_name_normalise(dist->name, strlen(dist->name), key) < 0)
		return set_text(&dist->key, "", 0);
	return set_text(&dist->key, key, strlen(key));
}

/* -- RECORD --------------------------------------------------------------------------------- */

/* A path of a view, in the tree; false for what no distribution of this place owns. */
static bool find_owned(const struct site *site, const char *listed, char ret[PATH_SIZE])
{
	const size_t n = strlen(site->view);
	char path[PATH_SIZE];

	if (files_path(path, NULL, "%s%s%s", listed[0] == '/' ? "" : site->view,
		       listed[0] == '/' ? "" : "/", listed) < 0)
		return false;
	name_normalise(path);
	if (path_below(path, *site->view ? site->view : "/") && path[n] == '/' && path[n + 1])
		return files_path(ret, NULL, "%s%s%s", site->path, *site->path ? "/" : "",
				  path + n + 1) == 0;
	return str_starts(path, "/bin/") && str_copy(ret, PATH_SIZE, path + 1) == 0;
}

static int add_owned(const char *path, const struct record_line *line, struct dist *dist,
		     size_t *room)
{
	struct dist_file *file;

	if (array_reserve(&dist->files, room, dist->n_files + 1, sizeof(*dist->files)) < 0)
		return -ENOMEM;
	file = &dist->files[dist->n_files];
	*file = (struct dist_file){ .path = strdup(path),
				    .size = line->size,
				    .sized = line->sized };
	(void)str_copy(file->sum, sizeof(file->sum), line->sum); /* of that size */
	if (!file->path)
		return -ENOMEM;
	dist->n_files++;
	return 0;
}

static bool has_usr(const struct site *site, const struct arch *arch)
{
	char path[PATH_SIZE];

	return files_path(path, NULL, "%s/" TREE_USR_OF, site->top, arch->name) == 0 &&
	       exact_exists(path);
}

/* Data that is below sys.prefix: of a pure distribution in each runtime. */
static int add_data(const struct site *site, const struct record_line *line, struct dist *dist,
		    size_t *room)
{
	char path[PATH_SIZE], to[PATH_SIZE];
	size_t n;
	const struct arch *table = arch_table(&n);
	int r = 0;

	if (!*site->view || line->path[0] == '/' ||
	    files_path(path, NULL, "%s/%s", site->view, line->path) < 0)
		return 0;
	name_normalise(path);
	if (!str_starts(path, "/usr/") || !tree_layout_is_data(path + strlen("/usr/")))
		return 0;
	for (size_t i = 0; r == 0 && i < n; i++) {
		if ((site->arch ? site->arch == &table[i] : has_usr(site, &table[i])) &&
		    files_path(to, NULL, TREE_PYTHON_OF "%s", table[i].name, path) == 0)
			r = add_owned(to, line, dist, room);
	}
	return r;
}

static int add_file(const struct site *site, const struct record_line *line, struct dist *dist,
		    size_t *room)
{
	char path[PATH_SIZE];

	return find_owned(site, line->path, path) ? add_owned(path, line, dist, room)
						  : add_data(site, line, dist, room);
}

static int read_record(const struct site *site, struct dist *dist)
{
	FILES_FREE char *text = NULL;
	struct record record = { 0 };
	struct record_line *line;
	size_t room = 0;
	int r = 0;

	text = read_file(site, dist->info, "RECORD", &record.left);
	if (!text)
		return 0;
	line = malloc(sizeof(*line));
	if (!line)
		return -ENOMEM;
	dist->has_record = true;
	record.at = text;
	while (r == 0 && record_next(&record, line) > 0)
		r = add_file(site, line, dist, &room);
	free(line);
	return r;
}

/* -- folders -------------------------------------------------------------------------------- */

static int read_dist(const struct site *site, const char *name, struct dist *dist)
{
	char info[PATH_SIZE];

	if (files_path(info, NULL, "%s%s%s", site->path, *site->path ? "/" : "", name) < 0)
		return 0;
	dist->arch = site->arch;
	dist->site = strdup(site->path);
	dist->info = strdup(info);
	dist->licence = strdup("");
	dist->requires_python = strdup("");
	if (!dist->site || !dist->info || !dist->licence || !dist->requires_python ||
	    read_metadata(site, dist) < 0)
		return -ENOMEM;
	dist->installer = read_line(site, info, "INSTALLER");
	dist->requested = has_file(site, info, "REQUESTED");
	return dist->installer ? read_record(site, dist) : -ENOMEM;
}

static int is_info(const struct dirent *entry)
{
	return entry->d_name[0] != '.' &&
	       (str_ends(entry->d_name, ".dist-info") || str_ends(entry->d_name, ".egg-info"));
}

static int note_dist(const char *dir, const char *name, struct err *err, void *ctx)
{
	const struct site *site = ctx;
	struct dists *dists = site->dists;

	if (array_reserve(&dists->dists, &dists->room, dists->n + 1, sizeof(*dists->dists)) < 0)
		return err_set(err, ENOMEM, "cannot read %s", dir);
	memset(&dists->dists[dists->n], 0, sizeof(*dists->dists));
	return read_dist(site, name, &dists->dists[dists->n++]) < 0
		       ? err_set(err, ENOMEM, "cannot read %s/%s", dir, name)
		       : 0;
}

/* A folder that is not there, or is a link, has none. */
static int read_site(struct site *site, struct err *err)
{
	char dir[PATH_SIZE];
	struct stat st;
	int r = files_path(dir, err, "%s/%s", site->top, site->path);

	if (r < 0)
		return r;
	if (exact_stat(*site->path ? dir : site->top, &st) < 0 || !S_ISDIR(st.st_mode))
		return 0;
	return exact_each_name(
		*site->path ? dir : site->top,
		&(struct files_names){ .select = is_info, .each = note_dist, .ctx = site }, err);
}

static int is_python(const struct dirent *entry)
{
	return str_starts(entry->d_name, "python3");
}

/* usr/lib/python3 and usr/lib/python3.X of a runtime. */
static int read_python(const char *dir, const char *name, struct err *err, void *ctx)
{
	static const char *const folders[] = { "dist-packages", "site-packages" };
	struct site *site = ctx;
	char path[PATH_SIZE], view[PATH_SIZE];
	size_t n = strlen(site->top) + strlen("/" TREE_PYTHON "/") + strlen(site->arch->name);

	for (size_t i = 0; i < 2; i++) {
		struct site mine = *site;
		int r = files_path(view, err, "%s/%s/%s", dir + n, name, folders[i]);

		if (r < 0)
			return r;
		r = files_path(path, err, TREE_PYTHON_OF "%s", site->arch->name, view);
		if (r < 0)
			return r;
		mine.path = path;
		mine.view = view;
		r = read_site(&mine, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int read_runtime(struct site *site, struct err *err)
{
	static const char *const libs[] = { "lib", "lib64" };
	char dir[PATH_SIZE];
	struct stat st;

	for (size_t i = 0; i < 2; i++) {
		int r = files_path(dir, err, "%s/" TREE_USR_OF "/%s", site->top, site->arch->name,
				   libs[i]);

		if (r < 0)
			return r;
		if (exact_stat(dir, &st) < 0 || !S_ISDIR(st.st_mode))
			continue;
		r = exact_each_name(dir,
				    &(struct files_names){
					    .select = is_python, .each = read_python, .ctx = site },
				    err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* -- all of them ---------------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
	const struct dist *one = a, *other = b;
	int r = strcmp(one->key, other->key);

	if (r == 0 && one->arch != other->arch) /* both in one table, NULL before it */
		r = !one->arch || (other->arch && one->arch < other->arch) ? -1 : 1;
	return r ? r : strcmp(one->info, other->info);
}

static void sort(struct dists *dists)
{
	if (dists->n)
		qsort(dists->dists, dists->n, sizeof(*dists->dists), compare);
}

int dists_read(const char *tree, struct dists *ret, struct err *err)
{
	struct site site = { .dists = ret, .top = tree, .path = TREE_SITE, .view = "/" TREE_SITE };
	size_t n;
	const struct arch *table = arch_table(&n);
	int r = read_site(&site, err);

	for (size_t i = 0; r == 0 && i < n; i++) {
		site.arch = &table[i];
		r = read_runtime(&site, err);
	}
	if (r == 0)
		sort(ret);
	return r;
}

int dists_read_folder(const char *folder, struct dists *ret, struct err *err)
{
	struct site site = { .dists = ret, .top = folder, .path = "", .view = "" };
	int r = read_site(&site, err);

	if (r == 0)
		sort(ret);
	return r;
}

const struct dist *dists_find(const struct dists *dists, const char *key, const struct arch *arch)
{
	const struct dist *shared = NULL;

	for (size_t i = 0; i < dists->n; i++) {
		const struct dist *dist = &dists->dists[i];

		if (!str_eq(dist->key, key))
			continue;
		if (dist->arch == arch)
			return dist;
		if (!dist->arch)
			shared = dist;
	}
	return shared;
}

void dists_free(struct dists *dists)
{
	for (size_t i = 0; i < dists->n; i++) {
		struct dist *dist = &dists->dists[i];
		char *texts[] = {
			dist->name, dist->key,	   dist->version,   dist->site,
			dist->info, dist->licence, dist->installer, dist->requires_python
		};

		for (size_t j = 0; j < sizeof(texts) / sizeof(texts[0]); j++)
			free(texts[j]);
		for (size_t j = 0; j < dist->n_needs; j++)
			free(dist->needs[j]);
		for (size_t j = 0; j < dist->n_files; j++)
			free(dist->files[j].path);
		free(dist->needs);
		free(dist->files);
	}
	free(dists->dists);
	memset(dists, 0, sizeof(*dists));
}
