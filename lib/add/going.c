/* SPDX-License-Identifier: MIT */
/* Folders are looked into below the tree's descriptor; from below upwards. */
#include "add/going.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/files.h"
#include "base/folder.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_layout.h"

int going_add(struct going *going, const char *path, struct err *err)
{
	char *copy;

	if (array_reserve(&going->paths, &going->room, going->n + 1, sizeof(*going->paths)) < 0)
		return err_set(err, ENOMEM, "cannot remove %s", path);
	copy = strdup(path);
	if (!copy)
		return err_set(err, ENOMEM, "cannot remove %s", path);
	going->paths[going->n++] = copy;
	return 0;
}

void going_free(struct going *going)
{
	for (size_t i = 0; i < going->n; i++)
		free(going->paths[i]);
	free(going->paths);
	*going = (struct going){ .tree = going->tree };
}

/* -- sorted --------------------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorts, and takes out what is there twice. */
static void sort(struct going *going)
{
	size_t kept = 0;

	if (going->n)
		qsort(going->paths, going->n, sizeof(*going->paths), compare);
	for (size_t i = 0; i < going->n; i++) {
		if (kept && str_eq(going->paths[kept - 1], going->paths[i]))
			free(going->paths[i]);
		else
			going->paths[kept++] = going->paths[i];
	}
	going->n = kept;
}

static bool has_exactly(const struct going *going, const char *path)
{
	return going->n && bsearch(&path, going->paths, going->n, sizeof(*going->paths), compare);
}

bool going_has(const struct going *going, const char *path)
{
	char above[PATH_SIZE];
	size_t n = strlen(path);

	if (n >= sizeof(above))
		return false;
	memcpy(above, path, n + 1);
	for (;;) {
		char *slash;

		if (has_exactly(going, above))
			return true;
		slash = strrchr(above, '/');
		if (!slash)
			return false;
		*slash = '\0';
	}
}

/* -- what was compiled ---------------------------------------------------------------------- */

struct compiled {
	struct going *going;
	const char *dir;  /* __pycache__, in the tree */
	const char *name; /* of the module, with its last dot */
};

static int take_compiled(const char *dir, const char *name, struct err *err, void *ctx)
{
	const struct compiled *compiled = ctx;
	char path[PATH_SIZE];
	int r;

	(void)dir;
	if (!str_starts(name, compiled->name) || !str_ends(name, ".pyc") ||
	    strchr(name + strlen(compiled->name), '.') == strrchr(name, '.') + 1)
		return 0;
	r = files_path(path, err, "%s/%s", compiled->dir, name);
	return r < 0 ? r : going_add(compiled->going, path, err);
}

int going_add_compiled(struct going *going, const char *path, struct err *err)
{
	const char *base = path_base(path);
	char dir[PATH_SIZE], name[PATH_SIZE];
	FOLDER_CLEANUP struct folder folder = FOLDER_NONE;
	struct compiled compiled = { .going = going, .dir = dir, .name = name };
	int r;

	if (!str_ends(base, ".py"))
		return 0;
	r = files_path(dir, err, "%.*s__pycache__", (int)(base - path), path);
	if (r == 0)
		r = files_path(name, err, "%.*s", (int)strlen(base) - 2, base);
	if (r < 0 || !folder_has(going->tree, dir))
		return r;
	r = folder_enter(going->tree, dir, &folder, err);
	if (r < 0)
		return r;
	return files_each_name_at(folder.fd, ".", folder.path,
				  &(struct files_names){ .each = take_compiled, .ctx = &compiled },
				  err);
}

/* -- folders -------------------------------------------------------------------------------- */

/* True for a folder that only what was added has made: below site-package, below a runtime's
 * folders of modules, or of data. */
static bool may_go(const char *dir)
{
	static const char *const kept[] = { "dist-packages", "site-packages", "lib-dynload" };
	char arch[TREE_ARCH_SIZE];
	const char *below;

	if (str_starts(dir, TREE_SITE "/"))
		return true;
	below = tree_layout_data(dir, arch);
	if (below)
		return !str_eq(below, "share"); /* staging makes it */
	below = tree_layout_below(dir, TREE_PYTHON, arch);
	if (!below ||
	    (!str_starts(below, "/usr/lib/python3") && !str_starts(below, "/usr/lib64/python3")))
		return false;
	below = strchr(strstr(below, "/python3") + 1, '/');
	for (size_t i = 0; below && i < sizeof(kept) / sizeof(kept[0]); i++) {
		if (str_eq(path_base(below), kept[i]))
			return false;
	}
	return below;
}

struct emptying {
	const struct going *going;
	const char *dir;
	bool left; /* something stays */
};

static int look_at(const char *dir, const char *name, struct err *err, void *ctx)
{
	struct emptying *emptying = ctx;
	char path[PATH_SIZE];
	int r = files_path(path, err, "%s/%s", emptying->dir, name);

	(void)dir;
	if (r == 0 && !has_exactly(emptying->going, path))
		emptying->left = true;
	return r;
}

/* Adds to more the folder that a path lies in, if all in it goes. */
static int take_folder(const struct going *going, const char *path, char last[PATH_SIZE],
		       struct going *more, struct err *err)
{
	FOLDER_CLEANUP struct folder folder = FOLDER_NONE;
	struct emptying emptying = { .going = going, .dir = last };
	const char *base = path_base(path);
	size_t n = base > path ? (size_t)(base - path) - 1 : 0;
	int r;

	if (n == strlen(last) && memcmp(last, path, n) == 0)
		return 0; /* as the path before */
	if (str_copy_bytes(last, PATH_SIZE, path, n) < 0 || !may_go(last) ||
	    has_exactly(going, last))
		return 0;
	r = folder_enter(going->tree, last, &folder, err);
	if (r < 0)
		return r;
	r = files_each_name_at(folder.fd, ".", folder.path,
			       &(struct files_names){ .each = look_at, .ctx = &emptying }, err);
	return r < 0 || emptying.left ? r : going_add(more, last, err);
}

/* One level of folders; 1 if any was added. */
static int take_folders(struct going *going, struct err *err)
{
	struct going more = { 0 };
	char last[PATH_SIZE] = "";
	int r = 0;

	for (size_t i = 0; r == 0 && i < going->n; i++)
		r = take_folder(going, going->paths[i], last, &more, err);
	for (size_t i = 0; r == 0 && i < more.n; i++)
		r = going_add(going, more.paths[i], err);
	if (r == 0)
		r = more.n > 0;
	going_free(&more);
	return r;
}

/* Takes out what lies in a folder that goes as a whole. */
static int drop_covered(struct going *going, struct err *err)
{
	ARRAY_FREE bool *covered = calloc(going->n + 1, sizeof(*covered));
	char above[PATH_SIZE];
	size_t kept = 0;

	if (!covered)
		return err_set(err, ENOMEM, "cannot list what goes");
	for (size_t i = 0; i < going->n; i++) {
		const char *base = path_base(going->paths[i]);

		covered[i] = base > going->paths[i] &&
			     str_copy_bytes(above, sizeof(above), going->paths[i],
					    (size_t)(base - going->paths[i]) - 1) == 0 &&
			     going_has(going, above);
	}
	for (size_t i = 0; i < going->n; i++) {
		if (covered[i])
			free(going->paths[i]);
		else
			going->paths[kept++] = going->paths[i];
	}
	going->n = kept;
	return 0;
}

int going_settle(struct going *going, struct err *err)
{
	int r;

	do {
		sort(going);
		r = take_folders(going, err);
	} while (r > 0);
	return r < 0 ? r : drop_covered(going, err);
}
