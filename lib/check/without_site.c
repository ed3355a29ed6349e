/* SPDX-License-Identifier: MIT */
/* What a program that starts Python with -S imports and does not find. */
#include "check/part.h"

#include <string.h>
#include <sys/stat.h>

#include "base/files.h"
#include "check/check.h"
#include "check/finding.h"
#include "core/arch.h"
#include "core/path_size.h"
#include "core/pyscan.h"
#include "core/str.h"
#include "core/tree_layout.h"

static const struct finding_kind no_site = {
	FINDING_WARNING, "with -S Python finds the standard library alone, and no package",
	"leave out -S: #!/usr/bin/python3"
};

/* A module, or a package with or without __init__.py. */
static bool stands(const struct check_part *part, const char *folder, const char *name)
{
	char path[PATH_SIZE], source[PATH_SIZE];
	const struct check_file *package;

	if (files_path(path, NULL, "%s/%s", folder, name) < 0 ||
	    files_path(source, NULL, "%s.py", path) < 0)
		return false;
	package = check_index_find(part->index, path);
	return (package && S_ISDIR(package->mode)) || check_index_find(part->index, source);
}

/* The folder that site would have added and that has the module; NULL if the standard library has
 * it, or nobody. */
static const char *behind_site(const struct check_part *part, const char *module, char *ret_folder)
{
	char name[PYSCAN_NAME_MAX];
	struct check_python runtime;
	const char *found = NULL;

	(void)str_copy_bytes(name, sizeof(name), module, strcspn(module, ".")); /* as large */
	if (!name[0])
		return NULL;
	if (stands(part, TREE_SITE, name))
		found = TREE_SITE;
	for (size_t i = 0; i < part->n_archs; i++) {
		size_t k = 0;

		for (; check_python_find(part, part->archs[i], k, &runtime); k++) {
			if (stands(part, runtime.stdlib, name))
				return NULL;
		}
		if (k && !found &&
		    files_path(ret_folder, NULL, TREE_USR_OF "/lib/python3/dist-packages",
			       part->archs[i]->name) == 0 &&
		    stands(part, ret_folder, name))
			found = ret_folder;
	}
	return found;
}

/* A program may call site.main(), or put the folder on sys.path. */
static bool helps_itself(const char *bytes, size_t n)
{
	return memmem(bytes, n, "site.main", strlen("site.main")) ||
	       memmem(bytes, n, "-package", strlen("-package"));
}

void check_without_site(const struct check_part *part, const char *path)
{
	char name[PYSCAN_NAME_MAX], folder[PATH_SIZE], real[PATH_SIZE];
	FILES_FREE char *bytes = NULL;
	struct pyscan reader = { 0 };
	unsigned line;

	if (files_path(real, NULL, "%s/%s", part->request->tree, path) < 0 ||
	    files_read(real, &bytes, &reader.n, NULL) < 0 || helps_itself(bytes, reader.n))
		return;
	reader.bytes = bytes;
	while (pyscan_next(&reader, name, &line) != PYSCAN_END) {
		const char *found = behind_site(part, name, folder);

		if (found) {
			finding_add(part->findings, &no_site, path, NULL,
				    "starts Python with -S and imports %s of %s (line %u)", name,
				    found, line);
			return;
		}
	}
}
