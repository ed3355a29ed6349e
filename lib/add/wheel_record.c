/* SPDX-License-Identifier: MIT */
/* Reads and writes RECORD line by line. */
#include "add/wheel_record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "add/add.h"
#include "add/dist.h"
#include "add/wheel_info.h"
#include "add/work.h"
#include "base/exact.h"
#include "base/files.h"
#include "base/listener.h"
#include "base/path_list.h"
#include "base/walk.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/record_line.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "stage/runtime_info.h"

/* -- what came ------------------------------------------------------------------------------ */

struct verifying {
	const struct add *add;
	const char *dir, *from;
	const struct wheel_info *info;
	struct path_list listed;
	size_t n_other; /* sums that we have none of */
	size_t n_left;	/* files that are not listed */
	char first[PATH_SIZE];
};

/* Below the wheel: no "..", no absolute path, nothing between two slashes. */
static bool is_inside(const char *path)
{
	char full[PATH_SIZE + 2];

	return str_copy(full + 1, sizeof(full) - 1, path) == 0 && (full[0] = '/') &&
	       path_canonical(full);
}

static int verify_line(struct verifying *verifying, const struct record_line *line, struct err *err)
{
	char path[PATH_SIZE], sum[65];
	uint64_t size;
	struct stat st;
	int r;

	if (!is_inside(line->path))
		return err_say(err, EINVAL, "%s: its RECORD has an unsound path, %s",
			       verifying->from, line->path);
	if (line->kind == RECORD_SUM_WEAK)
		return err_say(err, EINVAL, "%s: its RECORD has only a weak sum of %s",
			       verifying->from, line->path);
	if (path_list_add(&verifying->listed, line->path) < 0)
		return err_set(err, ENOMEM, "cannot read %s", verifying->from);
	r = files_path(path, err, "%s/%s", verifying->dir, line->path);
	if (r < 0)
		return r;
	if (exact_stat(path, &st) < 0)
		return err_say(err, EINVAL, "%s: its RECORD lists %s, which it does not have",
			       verifying->from, line->path);
	if (!S_ISREG(st.st_mode))
		return 0;
	verifying->n_other += line->kind == RECORD_SUM_OTHER;
	r = exact_sum(path, sum, &size, err);
	if (r < 0)
		return r;
	if ((line->sized && line->size != size) ||
	    (line->kind == RECORD_SUM_SHA256 && !str_eq(line->sum, sum)))
		return err_say(err, EINVAL, "%s: %s is not what its RECORD says", verifying->from,
			       line->path);
	return 0;
}

static int next_line(const struct verifying *verifying, struct record *record,
		     struct record_line *ret, struct err *err)
{
	int r = record_next(record, ret);

	return r < 0 ? err_say(err, EINVAL, "%s: cannot understand its RECORD", verifying->from)
		     : r;
}

static int verify_lines(struct verifying *verifying, const char *text, size_t n, struct err *err)
{
	struct record record = { text, n };
	struct record_line *line = malloc(sizeof(*line));
	int r;

	if (!line)
		return err_set(err, ENOMEM, "cannot read %s", verifying->from);
	while ((r = next_line(verifying, &record, line, err)) > 0) {
		r = verify_line(verifying, line, err);
		if (r < 0)
			break;
	}
	free(line);
	return r;
}

/* PEP 427: signatures are of RECORD, and cannot be in it. */
static bool is_unlisted(const struct verifying *verifying, const char *path)
{
	static const char *const names[] = { "RECORD", "RECORD.jws", "RECORD.p7s" };
	size_t n = strlen(verifying->info->folder);

	if (path_list_has(&verifying->listed, path))
		return false;
	for (size_t i = 0; i < 3; i++) {
		if (str_starts(path, verifying->info->folder) && path[n] == '/' &&
		    str_eq(path + n + 1, names[i]))
			return false;
	}
	return true;
}

static int count_left(const struct walk_entry *entry, struct err *err, void *ctx)
{
	struct verifying *verifying = ctx;
	const char *path = entry->path + strlen(verifying->dir);

	(void)err;
	if (!*path || S_ISDIR(entry->st->st_mode) || !is_unlisted(verifying, path + 1))
		return 0;
	if (!verifying->n_left++)
		(void)str_copy(verifying->first, sizeof(verifying->first), path + 1); /* as large */
	return 0;
}

static void warn(const struct verifying *verifying)
{
	const struct listener *listener = verifying->add->request->listener;

	if (verifying->n_left == 1)
		listener_warn(listener, "%s: its RECORD does not list %s", verifying->from,
			      verifying->first);
	else if (verifying->n_left)
		listener_warn(listener, "%s: its RECORD does not list %zu files, the first is %s",
			      verifying->from, verifying->n_left, verifying->first);
	if (verifying->n_other)
		listener_warn(listener,
			      "%s: its RECORD has sums of another kind than SHA-256, which are not "
			      "compared",
			      verifying->from);
}

int wheel_record_verify(const struct add *add, const char *dir, const char *from,
			const struct wheel_info *info, struct err *err)
{
	struct verifying verifying = { .add = add, .dir = dir, .from = from, .info = info };
	FILES_FREE char *text = NULL;
	char path[PATH_SIZE];
	size_t n;
	int r = files_path(path, err, "%s/%s/RECORD", dir, info->folder);

	if (r < 0)
		return r;
	r = exact_read(path, &text, &n, err);
	if (r < 0)
		return r;
	r = verify_lines(&verifying, text, n, err);
	path_list_sort(&verifying.listed);
	if (r == 0)
		r = exact_walk(dir, &(struct walk){ .each = count_left, .ctx = &verifying }, err);
	if (r == 0)
		warn(&verifying);
	path_list_free(&verifying.listed);
	return r;
}

/* -- what is placed ------------------------------------------------------------------------- */

/* A path of the tree as RECORD has it: from the folder on sys.path, in a view. Data files of a pure
 * wheel are there once for each arch, and in one place of a view. */
static int from_site(const struct add_dist *dist, const char *path, char ret[PATH_SIZE],
		     struct err *err)
{
	size_t n = strlen(dist->site);
	const char *view = dist->site, *data;
	char arch[TREE_ARCH_SIZE];
	struct text text;

	if (path_below(path, dist->site))
		return files_path(ret, err, "%s", path + n + 1);
	if (dist->arch) /* etc/python/ARCH is the view's root */
		view += strlen(TREE_PYTHON "/") + strlen(dist->arch->name) + 1;
	text_init(&text, ret, PATH_SIZE);
	data = tree_layout_data(path, arch);
	if (data && dist->arch) /* both below usr */
		view += strlen("usr/");
	text_add(&text, data && !dist->arch ? "../usr/" : "../");
	path = data ? data : path;
	for (const char *s = strchr(view, '/'); s; s = strchr(s + 1, '/'))
		text_add(&text, "../");
	text_add(&text, path);
	return text_check(&text) < 0 ? err_set(err, ENAMETOOLONG, "%s", path) : 0;
}

static int print_line(const struct add *add, const struct add_dist *dist, const char *path,
		      FILE *out, struct err *err)
{
	char full[PATH_SIZE], text[3 * PATH_SIZE];
	struct record_line *line = calloc(1, sizeof(*line));
	int r;

	if (!line)
		return err_set(err, ENOMEM, "cannot write RECORD");
	r = from_site(dist, path, line->path, err);
	if (r == 0)
		r = files_path(full, err, "%s/%s", add->build, path);
	if (r == 0)
		r = exact_sum(full, line->sum, &line->size, err);
	line->kind = RECORD_SUM_SHA256;
	line->sized = true;
	if (r == 0 && record_format(line, text, sizeof(text)) < 0)
		r = err_set(err, ENAMETOOLONG, "%s", path);
	if (r == 0)
		(void)fputs(text, out); /* into memory: fclose tells */
	free(line);
	return r;
}

/* True for the data file of a pure wheel that is the first runtime's, too. */
static bool is_again(const struct add *add, const struct add_dist *dist, const char *path)
{
	char arch[TREE_ARCH_SIZE];

	return !dist->arch && tree_layout_data(path, arch) &&
	       !str_eq(arch, add->runtimes[0].info->arch->name);
}

int wheel_record_write(const struct add *add, const struct add_dist *dist, struct err *err)
{
	FILES_FREE char *text = NULL;
	char path[PATH_SIZE], line[PATH_SIZE + 8];
	size_t n;
	FILE *out;
	int r = files_path(path, err, "%s/%s/RECORD", add->build, dist->info);

	if (r < 0)
		return r;
	out = open_memstream(&text, &n);
	if (!out)
		return err_set(err, ENOMEM, "cannot write RECORD");
	for (size_t i = 0; r == 0 && i < dist->files->n; i++) {
		if (is_again(add, dist, dist->files->paths[i]))
			continue;
		r = print_line(add, dist, dist->files->paths[i], out, err);
	}
	(void)snprintf(line, sizeof(line), "%s/RECORD,,\n", path_base(dist->info)); /* fits */
	(void)fputs(line, out);
	if (fclose(out) != 0 && r == 0)
		r = err_set(err, ENOMEM, "cannot write RECORD");
	if (r < 0)
		return r;
	r = exact_remove(path, err);
	if (r < 0)
		return r;
	return exact_write(path, text, n, 0644, err);
}
