/* SPDX-License-Identifier: MIT */
/* Reads what is known of a runtime from its links, its .pth file and its ELF headers. */
#include "stage/runtime_info.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/exact.h"
#include "base/files.h"
#include "base/sysroot.h"
#include "check/closure.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/ldso.h"
#include "core/path_size.h"
#include "core/python_name.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "elf/dynamic.h"
#include "elf/ldso.h"
#include "stage/pyc.h"

static int name_places(const char *tree, struct runtime_info *ret, struct err *err)
{
	int r = files_path(ret->tree, err, "%s", tree);

	if (r < 0)
		return r;
	r = files_path(ret->usr, err, "%s/" TREE_USR_OF, tree, ret->arch->name);
	if (r < 0)
		return r;
	r = files_path(ret->clib, err, "%s/" TREE_CLIB_OF, tree, ret->arch->name);
	if (r < 0)
		return r;
	return files_path(ret->records, err, "%s/" TREE_INFO_OF, tree, ret->arch->name);
}

/* Staging links bin/python3 to python3.MINOR. */
static int read_minor(struct runtime_info *ret, struct err *err)
{
	char path[PATH_SIZE], target[PATH_SIZE];
	int r = files_path(path, err, "%s/bin/python3", ret->usr);

	if (r < 0)
		return r;
	if (exact_readlink(path, target) < 0)
		target[0] = '\0';
	ret->minor = python_name_minor(target);
	if (!ret->minor)
		return err_say(
			err, EINVAL,
			"%s does not tell the version of Python (Hint: stage this runtime again)",
			path);
	return 0;
}

/* The directory with busypy.pth is on sys.path, whoever built that Python. */
static int find_dist(struct runtime_info *ret, struct err *err)
{
	static const char *const libs[] = { "lib", "lib64" };
	char path[PATH_SIZE];
	struct text text;

	for (size_t i = 0; i < 2 && !ret->stdlib[0]; i++) {
		text_init(&text, ret->stdlib, sizeof(ret->stdlib));
		text_addf(&text, "%s/python3.%u", libs[i], ret->minor);
		if (files_path(path, err, "%s/%s", ret->usr, ret->stdlib) < 0 ||
		    !exact_exists(path))
			ret->stdlib[0] = '\0';
	}
	if (!ret->stdlib[0])
		return err_say(err, ENOENT, "%s/lib has no standard library of Python 3.%u",
			       ret->usr, ret->minor);
	(void)str_copy(ret->dist, sizeof(ret->dist), "lib/python3/dist-packages");
	if (files_path(path, err, "%s/%s/busypy.pth", ret->usr, ret->dist) == 0 &&
	    exact_exists(path))
		return 0;
	text_init(&text, ret->dist, sizeof(ret->dist));
	text_addf(&text, "%s/site-packages", ret->stdlib);
	return 0;
}

static int read_ldso(const char *tree, struct runtime_info *ret, struct err *err)
{
	ELF_DYNAMIC_CLEANUP struct elf_dynamic python = { 0 };
	FILES_FREE char *bytes = NULL;
	char path[PATH_SIZE];
	size_t n;
	int r = closure_check(tree, ret->arch, err);

	if (r < 0)
		return r;
	r = files_path(path, err, "%s/bin/python3.%u", ret->usr, ret->minor);
	if (r < 0)
		return r;
	r = elf_dynamic_read(path, &python, err);
	if (r < 0 || !python.interp)
		return r; /* static */
	if (str_copy(ret->ldso, sizeof(ret->ldso), path_base(python.interp)) < 0)
		return err_set(err, ENAMETOOLONG, "%s", python.interp);
	ret->musl = elf_ldso_is_musl(ret->ldso);
	r = files_path(path, err, "%s/%s", ret->clib, ret->ldso);
	if (r < 0)
		return r;
	r = exact_read(path, &bytes, &n, err);
	if (r < 0)
		return r;
	ret->needs_rpath = !ret->musl && !ldso_searches_lib(bytes, n);
	return 0;
}

int runtime_info_read(const char *tree, const struct arch *arch, struct runtime_info *ret,
		      struct err *err)
{
	int r;

	memset(ret, 0, sizeof(*ret));
	ret->arch = arch;
	r = name_places(tree, ret, err);
	if (r < 0)
		return r;
	r = read_minor(ret, err);
	if (r < 0)
		return r;
	r = find_dist(ret, err);
	if (r < 0)
		return r;
	return read_ldso(tree, ret, err);
}

int runtime_info_records(const struct runtime_info *info, char ret[RUNTIME_INFO_PATH_MAX],
			 struct err *err)
{
	int r = files_path(ret, err, "%s/" TREE_INFO_PYTHON, info->records, info->minor);

	return r < 0 || exact_exists(ret) ? r : files_path(ret, err, "%s", info->records);
}

bool runtime_info_version(const struct runtime_info *info, const char *what, char *dst, size_t size)
{
	FILES_FREE char *text = NULL;
	char records[PATH_SIZE], path[PATH_SIZE];
	size_t n, m = strlen(what);
	int r = str_eq(what, "python") ? runtime_info_records(info, records, NULL)
				       : files_path(records, NULL, "%s", info->records);

	if (r < 0 || files_path(path, NULL, "%s/versions", records) < 0 ||
	    exact_read(path, &text, &n, NULL) < 0)
		return false;
	for (const char *line = text; *line;) {
		size_t length = strcspn(line, "\n");

		if (str_starts(line, what) && line[m] == ' ')
			return str_copy_bytes(dst, size, line + m + 1, length - m - 1) == 0;
		line += length + (line[length] == '\n');
	}
	return false;
}

struct pyc_runtime runtime_info_compiler(const struct runtime_info *info)
{
	return (struct pyc_runtime){ .arch = info->arch,
				     .minor = info->minor,
				     .tree = info->tree,
				     .usr = info->usr,
				     .clib = info->clib,
				     .ldso = info->ldso };
}
