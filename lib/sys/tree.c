/* SPDX-License-Identifier: MIT */
/* Whether a tree stands in a directory, and for which archs. */
#include "sys/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/arch.h"
#include "core/contract.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/python_minors.h"
#include "core/python_name.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "core/view_host.h"
#include "sys/below.h"
#include "sys/dirs.h"
#include "sys/fd.h"

static const char *const folders[] = { "bin", "sbin", TREE_SITE, TREE_PYTHON, TREE_CLIB };

static bool is_directory(const char *dir, const char *name)
{
	char path[PATH_SIZE];
	struct stat st;

	return path_join(path, sizeof(path), dir, name) == 0 && stat(path, &st) == 0 &&
	       S_ISDIR(st.st_mode);
}

/* What stands in a directory that is not empty may be anybody's: no hint to lay a tree over it. */
static bool is_empty(const char *path)
{
	FD_CLEANUP int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0 && dirs_empty(fd) == 1;
}

static int refuse(const char *path, const char *resolved, const char *folder, struct err *err)
{
	if (is_empty(resolved))
		return err_say(err, ENOENT,
			       "%s is no BusyPy tree: it has no %s (Hint: 'busypy stage %s' makes "
			       "one)",
			       resolved, folder, path);
	return err_say(err, ENOENT, "%s is no BusyPy tree: it has no %s", resolved, folder);
}

int tree_resolve(const char *path, char ret[PATH_SIZE], struct err *err)
{
	char resolved[PATH_SIZE];

	if (!realpath(path, resolved))
		return err_set(err, errno, "cannot find the tree %s", path);
	if (strlen(resolved) >= CONTRACT_PATH_MAX)
		return err_say(err, ENAMETOOLONG, "%s: the path is longer than %d bytes", resolved,
			       CONTRACT_PATH_MAX - 1);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		if (!is_directory(resolved, folders[i]))
			return refuse(path, resolved, folders[i], err);
	}
	(void)str_copy(ret, PATH_SIZE, resolved); /* checked above */
	return view_tree_allowed(ret, err);
}

bool tree_has_runtime(const char *tree, const struct arch *arch)
{
	char usr[256], lib[256];
	struct text text;

	text_init(&text, usr, sizeof(usr));
	text_addf(&text, TREE_USR_OF, arch->name);
	text_init(&text, lib, sizeof(lib));
	text_addf(&text, TREE_CLIB_OF, arch->name);
	return is_directory(tree, usr) && is_directory(tree, lib);
}

/* The others of usr/bin, open. What python3.N leads to elsewhere is an interpreter, too. */
static void add_pythons(int bin, struct python_minors *ret)
{
	struct python_minors others = { 0 };
	const char *name;
	struct dirs dirs;
	struct stat st;

	dirs_begin(&dirs, bin);
	while (dirs_next(&dirs, &name) > 0) {
		unsigned minor = python_name_minor(name);

		if (minor && fstatat(bin, name, &st, 0) == 0 && S_ISREG(st.st_mode))
			(void)python_minors_add(&others, minor); /* staging allows no more */
	}
	python_minors_sort(&others);
	for (size_t i = 0; i < others.n; i++)
		(void)python_minors_add(ret, others.minor[i]);
}

void tree_pythons(const char *tree, const struct arch *arch, struct python_minors *ret)
{
	char usr[256], path[PATH_SIZE], python[PATH_SIZE];
	FD_CLEANUP int bin = -1;
	struct text text;
	unsigned minor;

	*ret = (struct python_minors){ 0 };
	text_init(&text, usr, sizeof(usr));
	text_addf(&text, TREE_USR_OF "/bin", arch->name);
	if (path_join(path, sizeof(path), tree, usr) < 0)
		return;
	bin = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (bin < 0 || fd_read_link(bin, "python3", python, sizeof(python)) < 0)
		return;
	minor = python_name_minor(path_base(python));
	if (!minor)
		return;
	(void)python_minors_add(ret, minor); /* it is empty */
	add_pythons(bin, ret);
}

void tree_several(const char *tree, struct python_minors *ret)
{
	size_t n;
	const struct arch *table = arch_table(&n);
	struct python_minors all = { 0 }, some;
	bool several = false;

	for (size_t i = 0; i < n; i++) {
		tree_pythons(tree, &table[i], &some);
		several = several || some.n > 1;
		for (size_t k = 0; k < some.n; k++)
			(void)python_minors_add(&all, some.minor[k]); /* eight will do */
	}
	python_minors_sort(&all);
	*ret = several ? all : (struct python_minors){ 0 };
}

static bool has_folder(int tree, const char *folder, const char *arch, const char *below)
{
	char path[256];
	struct text text;

	text_init(&text, path, sizeof(path));
	text_addf(&text, "%s/%s%s", folder, arch, below);
	return text_check(&text) == 0 && below_is_dir(tree, path);
}

void tree_archs_in(int tree, char *dst, size_t size)
{
	size_t n;
	const struct arch *table = arch_table(&n);
	struct text text;

	text_init(&text, dst, size);
	for (size_t i = 0; i < n; i++) {
		if (has_folder(tree, TREE_PYTHON, table[i].name, "/usr") &&
		    has_folder(tree, TREE_CLIB, table[i].name, ""))
			text_addf(&text, "%s%s", text.used ? " " : "", table[i].name);
	}
	if (!text.used)
		text_add(&text, "none");
}

void tree_archs(const char *tree, char *dst, size_t size)
{
	FD_CLEANUP int fd = open(tree, O_PATH | O_DIRECTORY | O_CLOEXEC);

	tree_archs_in(fd, dst, size);
}

int tree_need_runtime(const char *tree, const struct arch *arch, struct err *err)
{
	char archs[256];

	if (tree_has_runtime(tree, arch))
		return 0;
	tree_archs(tree, archs, sizeof(archs));
	return err_say(err, ENOENT,
		       "%s has no runtime for %s; it has: %s (Hint: 'busypy stage --from debian "
		       "--arch %s %s' adds it)",
		       tree, arch->name, archs, arch->name, tree);
}
