/* SPDX-License-Identifier: MIT */
/* Decides whether a tree may serve all users: its closure, its self-test, who can write to it. */
#include "handler/admission.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check/closure.h"
#include "core/arch.h"
#include "core/contract.h"
#include "core/err.h"
#include "core/export_layout.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "sys/probe.h"
#include "sys/tree.h"

static int check_entry(const FTSENT *entry, struct err *err)
{
	const struct stat *st = entry->fts_statp;

	if (entry->fts_info == FTS_NS || entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR)
		return err_set(err, entry->fts_errno, "cannot look at %s", entry->fts_path);
	if (S_ISLNK(st->st_mode) || entry->fts_info == FTS_DP)
		return 0;
	if (st->st_uid != 0)
		return err_say(err, EPERM,
			       "%s belongs to uid %u: its owner could change what other users run "
			       "(Hint: chown -R root:root the tree)",
			       entry->fts_path, (unsigned)st->st_uid);
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return err_say(err, EPERM,
			       "others than root can write %s (Hint: chmod -R go-w the tree)",
			       entry->fts_path);
	return 0;
}

static int check_entries(FTS *fts, const char *tree, struct err *err)
{
	const FTSENT *entry;

	while ((errno = 0, entry = fts_read(fts))) {
		int r = check_entry(entry, err);

		if (r < 0)
			return r;
	}
	return errno ? err_set(err, errno, "cannot walk %s", tree) : 0;
}

/* Walks what runs: programs, shared packages, this arch's runtime. */
static int check_owners(const char *tree, const struct arch *arch, struct err *err)
{
	static const char *const folders[] = { TREE_PYTHON, TREE_CLIB, TREE_INFO };
	char paths[6][PATH_SIZE];
	char *argv[7] = { 0 };
	struct text text;
	FTS *fts;
	int r;

	for (size_t i = 0; i < 6; i++) {
		text_init(&text, paths[i], sizeof(paths[i]));
		text_addf(&text, "%s/%s", tree, i < 3 ? tree_shared[i] : folders[i - 3]);
		if (i == 3 || i == 4)
			text_addf(&text, "/%s", arch->name);
		argv[i] = paths[i];
	}
	fts = fts_open(argv, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	if (!fts)
		return err_set(err, errno, "cannot walk %s", tree);
	r = check_entries(fts, tree, err);
	(void)fts_close(fts); /* only read from */
	return r;
}

int admission_check(const char *tree, const struct arch *arch, struct err *err)
{
	char selftest[PATH_SIZE];
	struct stat st;
	int r = closure_check_runtime(tree, arch, err);

	if (r < 0)
		return r;
	r = path_join(selftest, sizeof(selftest), tree, TREE_SELFTEST);
	if (r < 0 || stat(selftest, &st) < 0 || !(st.st_mode & S_IXOTH))
		return err_say(err, ENOENT,
			       "%s has no executable " TREE_SELFTEST
			       " (Hint: 'busypy stage %s' lays it down)",
			       tree, tree);
	if (stat(tree, &st) < 0)
		return err_set(err, errno, "cannot look at %s", tree);
	if (st.st_uid != 0 || (st.st_mode & (S_IWGRP | S_IWOTH)))
		return err_say(err, EPERM,
			       "others than root can write %s (Hint: chown root:root and chmod "
			       "go-w it)",
			       tree);
	return check_owners(tree, arch, err);
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
