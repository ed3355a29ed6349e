/* SPDX-License-Identifier: MIT */
/* Which modules the programs and packages of a tree import, by their import statements: nothing is
 * executed, and a name that a program makes is not seen. */
#include "check/part.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/files.h"
#include "check/check.h"
#include "core/path_size.h"
#include "core/pyscan.h"
#include "core/python_module.h"
#include "core/str.h"
#include "core/tree_layout.h"

/* What Python itself imports at its start, where it is. */
static const char *const by_python[] = { "sitecustomize", "usercustomize" };

const struct check_file *check_imports_source(const struct check_part *part, const char *module)
{
	/* where both are, Python takes the package */
	static const char *const forms[] = { "/__init__.py", ".py" };
	char path[PATH_SIZE], file[PATH_SIZE];

	if (files_path(path, NULL, TREE_SITE "/%s", module) < 0)
		return NULL;
	for (char *s = path + strlen(TREE_SITE "/"); *s; s++)
		*s = *s == '.' ? '/' : *s;
	for (size_t i = 0; i < 2; i++) {
		const struct check_file *found;

		if (files_path(file, NULL, "%s%s", path, forms[i]) == 0 &&
		    (found = check_index_find(part->index, file)))
			return found;
	}
	return NULL;
}

struct imports {
	const struct check_part *part;
	struct check_flaw *flaws; /* sorted; those without a name are first */
	size_t n;
	bool *is_flaw; /* by the number in the index */
};

static int compare(const void *a, const void *b)
{
	const struct check_flaw *one = a, *other = b;

	return strcmp(one->module ? one->module : "", other->module ? other->module : "");
}

/* Importing a.b.c imports a and a.b before. */
static void mark(const struct imports *imports, char *module)
{
	struct check_flaw key = { .module = module };

	for (char *end = module; end;) {
		struct check_flaw *found;
		char kept;

		end += strcspn(end, ".");
		kept = *end;
		*end = '\0';
		found = bsearch(&key, imports->flaws, imports->n, sizeof(key), compare);
		*end = kept;
		/* a module and a package may have one name */
		while (found && found > imports->flaws && compare(found - 1, found) == 0)
			found--;
		for (; found && found < imports->flaws + imports->n; found++) {
			found->is_imported = true;
			if (found + 1 == imports->flaws + imports->n ||
			    compare(found, found + 1) != 0)
				break;
		}
		end = kept ? end + 1 : NULL;
	}
}

static void scan(const struct imports *imports, const char *path)
{
	const char *below = str_starts(path, TREE_SITE "/") ? path + strlen(TREE_SITE "/") : "";
	char name[PYSCAN_NAME_MAX], module[PATH_SIZE], real[PATH_SIZE];
	FILES_FREE char *bytes = NULL;
	struct pyscan reader = { 0 };
	unsigned line;

	if (files_path(real, NULL, "%s/%s", imports->part->request->tree, path) < 0 ||
	    files_read(real, &bytes, &reader.n, NULL) < 0)
		return;
	reader.bytes = bytes;
	while (pyscan_next(&reader, name, &line) != PYSCAN_END) {
		if (python_module_absolute(below, name, module, sizeof(module)))
			mark(imports, module);
	}
}

/* Python executes its lines that begin with "import" at each start. */
static bool is_pth(const char *path)
{
	return str_ends(path, ".pth") && path_base(path) == path + strlen(TREE_SITE "/");
}

static void scan_all(const struct imports *imports)
{
	const struct check_index *index = imports->part->index;
	size_t from, end;

	for (size_t i = 0; i < CHECK_PROGRAM_DIRS; i++) {
		check_index_below(index, check_program_dirs[i], &from, &end);
		for (; from < end; from++) {
			const struct check_file *file = &index->files[from];

			if (S_ISREG(file->mode) && check_is_python(imports->part, file->path))
				scan(imports, file->path);
		}
	}
	check_index_below(index, TREE_SITE, &from, &end);
	for (; from < end; from++) {
		const struct check_file *file = &index->files[from];

		/* what cannot be compiled imports nothing */
		if (S_ISREG(file->mode) && !imports->is_flaw[from] &&
		    (str_ends(file->path, ".py") || is_pth(file->path)))
			scan(imports, file->path);
	}
}

/* Names them. True if an import may name one. */
static bool name_all(struct imports *imports)
{
	const struct check_index *index = imports->part->index;
	char module[PATH_SIZE];
	bool named = false;

	for (size_t i = 0; i < imports->n; i++) {
		struct check_flaw *flaw = &imports->flaws[i];
		const struct check_file *file = check_index_find(index, flaw->path);

		flaw->is_imported = false;
		if (file)
			imports->is_flaw[file - index->files] = true;
		if (python_module_name(flaw->path + strlen(TREE_SITE "/"), module, sizeof(module)))
			flaw->module = strdup(module);
		named = named || flaw->module;
	}
	qsort(imports->flaws, imports->n, sizeof(*imports->flaws), compare);
	return named;
}

int check_imports_find(const struct check_part *part, struct check_flaw *flaws, size_t n)
{
	struct imports imports = { .part = part, .flaws = flaws, .n = n };
	char module[PATH_SIZE];

	if (n == 0)
		return 0;
	imports.is_flaw = calloc(part->index->n, sizeof(*imports.is_flaw));
	if (!imports.is_flaw)
		return -ENOMEM;
	if (name_all(&imports)) {
		for (size_t i = 0; i < sizeof(by_python) / sizeof(by_python[0]); i++) {
			(void)str_copy(module, sizeof(module), by_python[i]); /* fits */
			mark(&imports, module);
		}
		scan_all(&imports);
	}
	free(imports.is_flaw);
	for (size_t i = 0; i < n; i++)
		free(flaws[i].module);
	return 0;
}
