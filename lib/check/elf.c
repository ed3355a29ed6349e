/* SPDX-License-Identifier: MIT */
/* Collects a runtime's ELF files for check/closure. */
#include "check/part.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/files.h"
#include "check/check.h"
#include "check/closure.h"
#include "check/finding.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "elf/dynamic.h"

enum { ELF_SIZE_MIN = 52 /* bytes of the smaller header */ };

static const struct finding_kind not_readable = { FINDING_ERROR, "it could not be looked at",
						  "make it readable for all: chmod a+r" };

/* Paths as the view names them. */
struct list {
	char **paths;
	size_t n, room;
};

static void list_free(struct list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->paths[i]);
	free(list->paths);
}

static int list_add(struct list *list, const char *at, const char *rest)
{
	char path[PATH_SIZE];
	int r = files_path(path, NULL, "%s%s", at, rest);

	if (r < 0)
		return r;
	if (array_reserve(&list->paths, &list->room, list->n + 1, sizeof(*list->paths)) < 0)
		return -ENOMEM;
	list->paths[list->n] = strdup(path);
	return list->paths[list->n] ? (int)(list->n++, 0) : -ENOMEM;
}

/* Python's own files need not be opened: nothing loads them as ELF. */
static bool may_be_elf(const struct check_file *file)
{
	return S_ISREG(file->mode) && file->size >= ELF_SIZE_MIN && !str_ends(file->path, ".py") &&
	       !str_ends(file->path, ".pyc");
}

/* A file that is called a library is one, whatever is in it. */
static bool must_be_elf(const struct check_file *file)
{
	const char *base = path_base(file->path);
	const char *so = strstr(base, ".so");

	return S_ISREG(file->mode) && so && (so[3] == '\0' || so[3] == '.');
}

static int take(struct check_part *part, const struct check_file *file, const char *at,
		const char *rest, struct list *list)
{
	char path[PATH_SIZE];
	int r;

	if (!may_be_elf(file) && !must_be_elf(file))
		return 0;
	r = files_path(path, NULL, "%s/%s", part->request->tree, file->path);
	if (r == 0)
		r = elf_probe(path);
	if (r < 0) {
		finding_add(part->findings, &not_readable, file->path, part->arch,
			    "cannot be read: %s", strerror(-r));
		return 0;
	}
	if (r == 0 && !must_be_elf(file))
		return 0;
	part->elf_files++;
	return list_add(list, at, rest);
}

/* at: where a view has the directory. */
static int collect(struct check_part *part, const char *dir, const char *at, struct list *list)
{
	char resolved[PATH_SIZE], path[PATH_SIZE];
	const char *tree = part->request->tree;
	size_t from, to;
	int r = files_path(path, NULL, "%s/%s/%s%s", tree, dir, part->arch->name,
			   str_eq(at, "/usr") ? "/usr" : "");
	char *real = r == 0 ? realpath(path, NULL) : NULL;

	if (!real)
		return 0; /* not there: the closure says so */
	r = path_below(real, tree) ? files_path(resolved, NULL, "%s", real + strlen(tree) + 1)
				   : -ENOENT;
	free(real);
	if (r < 0)
		return 0; /* a link out of the tree, which the layout reports */
	check_index_below(part->index, resolved, &from, &to);
	for (size_t i = from; i < to; i++) {
		const struct check_file *file = &part->index->files[i];

		r = take(part, file, at, file->path + strlen(resolved), list);
		if (r < 0)
			return r;
	}
	return 0;
}

int check_elf(struct check_part *part, struct err *err)
{
	__attribute__((cleanup(list_free))) struct list list = { 0 };
	int r = collect(part, TREE_PYTHON, "/usr", &list);

	if (r == 0)
		r = collect(part, TREE_CLIB, "/lib", &list);
	if (r < 0)
		return err_set(err, -r, "cannot list the ELF files for %s", part->arch->name);
	return closure_check_all(
		&(struct closure_request){ .tree = part->request->tree,
					   .arch = part->arch,
					   .paths = (const char *const *)list.paths,
					   .n_paths = list.n,
					   .findings = part->findings,
					   .resolved = part->resolved,
					   .ctx = part->ctx },
		err);
}
