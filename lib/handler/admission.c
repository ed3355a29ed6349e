/* SPDX-License-Identifier: MIT */
/* Decides whether a tree may serve all users: its closure, its self-test, who can write to it. */
#include "handler/admission.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "check/closure.h"
#include "check/owners.h"
#include "core/arch.h"
#include "core/contract.h"
#include "core/err.h"
#include "core/export_layout.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "sys/probe.h"
#include "sys/tree.h"

int admission_check(const char *tree, const struct arch *arch, struct err *err)
{
	char selftest[PATH_SIZE];
	struct stat st;
	/* first of all: what is another user's need not answer */
	int r = owners_check(tree, arch, err);

	if (r < 0)
		return r;
	r = closure_check_runtime(tree, arch, err);
	if (r < 0)
		return r;
	r = path_join(selftest, sizeof(selftest), tree, TREE_SELFTEST);
	if (r < 0 || stat(selftest, &st) < 0 || !(st.st_mode & S_IXOTH))
		return err_say(err, ENOENT,
			       "%s has no executable " TREE_SELFTEST
			       " (Hint: 'busypy stage %s' lays it down)",
			       tree, tree);
	return 0;
}

/* Where the tree is EXPORT/versions/ID, beside a link EXPORT/current, and only root can add
 * versions, all of them are trusted: what is published next is never taken for somebody else's
 * script. */
static void find_versions(struct contract_tree *tree)
{
	char path[CONTRACT_PATH_MAX];
	struct place place;
	struct stat st;
	const char *id = export_layout_id(tree->path);
	size_t n = id ? (size_t)(id - tree->path) - 1 : 0; /* of the folder's path */

	tree->versions = 0;
	if (!id || str_copy_bytes(path, sizeof(path), tree->path, n) < 0)
		return;
	if (stat(path, &st) < 0 || st.st_uid != 0 || (st.st_mode & (S_IWGRP | S_IWOTH)) ||
	    probe_place(AT_FDCWD, path, &place, NULL) < 0 || place.mount_id != tree->mount_id)
		return;
	tree->versions_ino = place.ino;
	if (export_layout_current(tree->path, path, sizeof(path)) == 0 && lstat(path, &st) == 0 &&
	    S_ISLNK(st.st_mode))
		tree->versions = (uint32_t)n;
}

int admission_contract(const char *tree, const struct arch *arch, struct contract_tree *ret,
		       struct err *err)
{
	struct place place;
	int r = probe_place(AT_FDCWD, tree, &place, NULL);

	if (r < 0)
		return err_set(err, -r, "cannot look at %s", tree);
	if (str_copy(ret->path, sizeof(ret->path), tree) < 0 ||
	    str_copy(ret->id, sizeof(ret->id), path_base(tree)) < 0 ||
	    str_copy(ret->arch, sizeof(ret->arch), arch->name) < 0)
		return err_say(err, ENAMETOOLONG, "%s: the name is too long", tree);
	ret->linux32 = arch != arch_native() && arch_runs_on(arch, arch_native());
	ret->mount_id = place.mount_id;
	ret->dev = place.dev;
	ret->ino = place.ino;
	find_versions(ret);
	return 0;
}
