/* SPDX-License-Identifier: MIT */
/* The paths of a tree, taken apart. */
#include "core/tree_layout.h"

#include <errno.h>
#include <string.h>

#include "core/err.h"
#include "core/str.h"

const char *const tree_shared[TREE_SHARED_FOLDERS] = { "bin", "sbin", TREE_SITE };

const char *tree_layout_below(const char *path, const char *folder, char ret_arch[TREE_ARCH_SIZE])
{
	size_t n = strlen(folder), length;

	if (!str_starts(path, folder) || path[n] != '/')
		return NULL;
	path += n + 1;
	length = strcspn(path, "/");
	if (length == 0 || str_copy_bytes(ret_arch, TREE_ARCH_SIZE, path, length) < 0)
		return NULL;
	return path + length;
}

bool tree_layout_is_data(const char *below_usr)
{
	static const char *const others[] = { "bin",
					      "sbin",
					      "games",
					      "lib",
					      "lib32",
					      "lib64",
					      "libx32",
					      "libexec",
					      "local",
					      "share/ca-certificates",
					      "share/terminfo",
					      "share/zoneinfo" };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		size_t n = strlen(others[i]);

		if (str_starts(below_usr, others[i]) && (!below_usr[n] || below_usr[n] == '/'))
			return false;
	}
	return *below_usr;
}

const char *tree_layout_data(const char *path, char ret_arch[TREE_ARCH_SIZE])
{
	const char *below = tree_layout_below(path, TREE_PYTHON, ret_arch);

	if (!below || !str_starts(below, "/usr/"))
		return NULL;
	below += strlen("/usr/");
	return tree_layout_is_data(below) ? below : NULL;
}

bool tree_layout_is_init(const char *path)
{
	return str_starts(path, "sbin/") && str_ends(path, "-init");
}

bool tree_layout_init_arch(const char *path, char ret_arch[TREE_ARCH_SIZE])
{
	const char *name;

	if (!tree_layout_is_init(path))
		return false;
	name = path + strlen("sbin/");
	return str_copy_bytes(ret_arch, TREE_ARCH_SIZE, name, strcspn(name, "-")) == 0;
}

int tree_layout_being_staged(const char *tree, struct err *err)
{
	return err_say(err, EBUSY,
		       "%s is being staged, or that was interrupted (Hint: 'busypy stage %s' goes "
		       "on)",
		       tree, tree);
}
