/* SPDX-License-Identifier: MIT */
/* From "/" to each folder that a view binds, all that is in them, and where its links lead. */
#include "check/owners.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/walk.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/name.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "sys/fd.h"
#include "sys/tree.h"
#include "sys/trust.h"

/* The folders that a view binds, and where: all that runs in it, and what enable executes. */
struct bound {
	char host[PATH_SIZE], view[PATH_SIZE];
};

enum { BOUND_MAX = TREE_SHARED_FOLDERS + 3 };

static void find_bound(const char *tree, const struct arch *arch, struct bound ret[BOUND_MAX])
{
	char usr[PATH_SIZE], clib[PATH_SIZE];
	const char *const folders[BOUND_MAX][2] = {
		{ tree_shared[0], tree_shared[0] },
		{ tree_shared[1], tree_shared[1] },
		{ tree_shared[2], tree_shared[2] },
		{ usr, "usr" },
		{ clib, "lib" },
		{ TREE_INFO, TREE_INFO },
	};
	struct text text;

	text_init(&text, usr, sizeof(usr));
	text_addf(&text, TREE_USR_OF, arch->name);
	text_init(&text, clib, sizeof(clib));
	text_addf(&text, TREE_CLIB_OF, arch->name);
	for (size_t i = 0; i < BOUND_MAX; i++) {
		/* a tree's path leaves room: it was resolved as a contract's */
		(void)path_join(ret[i].host, sizeof(ret[i].host), tree, folders[i][0]);
		(void)path_join(ret[i].view, sizeof(ret[i].view), "/", folders[i][1]);
	}
}

struct owners {
	struct trust trust;
	struct bound bound[BOUND_MAX];
	const struct bound *in; /* the folder that is walked */
};

/* Where a path of the view lies on the host. */
static int find_on_host(const struct owners *owners, const char *view, char ret[PATH_SIZE])
{
	for (size_t i = 0; i < BOUND_MAX; i++) {
		const struct bound *bound = &owners->bound[i];
		size_t n = strlen(bound->view);

		if (path_below(view, bound->view))
			return path_join(ret, PATH_SIZE, bound->host, view + n + (view[n] == '/'));
	}
	return str_copy(ret, PATH_SIZE, view);
}

/* What a link leads to in the view, be it there or not: nobody else may have made it, nor make it
 * later. */
static int check_link(struct owners *owners, const struct walk_entry *entry, struct err *err)
{
	char target[PATH_SIZE], view[PATH_SIZE], host[PATH_SIZE];
	struct text text;
	int r = fd_read_link(entry->dir, entry->name, target, sizeof(target));

	if (r < 0)
		return err_set(err, -r, "cannot read the link %s", entry->path);
	text_init(&text, view, sizeof(view));
	if (target[0] != '/')
		text_addf(&text, "%s%s/../", owners->in->view,
			  entry->path + strlen(owners->in->host));
	text_add(&text, target);
	if (text_check(&text) < 0)
		return err_set(err, ENAMETOOLONG, "%s", entry->path);
	name_normalise(view);
	r = find_on_host(owners, view, host);
	if (r < 0)
		return err_set(err, ENAMETOOLONG, "%s", entry->path);
	r = trust_path(&owners->trust, host, err);
	/* it leads nowhere for a reason that nobody else can change */
	return r == -ENOTDIR || r == -ELOOP || r == -EACCES ? 0 : r;
}

static int check_entry(const struct walk_entry *entry, struct err *err, void *ctx)
{
	struct owners *owners = ctx;
	int r;

	if (S_ISLNK(entry->st->st_mode))
		return check_link(owners, entry, err);
	r = trust_state(&owners->trust, entry->st, entry->path, err);
	return r < 0 || entry->fd < 0 ? r
				      : trust_folder(&owners->trust, entry->fd, entry->path, err);
}

static void init(const char *tree, const struct arch *arch, struct owners *ret)
{
	memset(ret, 0, sizeof(*ret));
	trust_init(&ret->trust);
	ret->trust.uid = 0; /* all users run it */
	find_bound(tree, arch, ret->bound);
}

static int check_bound(const char *tree, const struct arch *arch, struct err *err)
{
	struct owners owners;

	init(tree, arch, &owners);
	for (size_t i = 0; i < BOUND_MAX; i++) {
		int fd, r;

		owners.in = &owners.bound[i];
		fd = trust_open(&owners.trust, owners.in->host, err);
		if (fd == -ENOENT)
			continue; /* nobody else can make it, since the way there holds */
		if (fd < 0)
			return fd;
		/* a view shows subvolumes, and what an NFS server has mounted */
		r = walk_at(fd, ".", owners.in->host,
			    &(struct walk){ .each = check_entry,
					    .ctx = &owners,
					    .trust = &owners.trust,
					    .crosses = true },
			    err);
		fd_close(&fd);
		if (r < 0)
			return r;
	}
	return 0;
}

static int check_tree(const char *tree, struct err *err)
{
	struct trust trust;
	struct stat st;
	int r;

	trust_init(&trust);
	r = trust_mount(&trust, AT_FDCWD, tree, tree, err);
	if (r < 0)
		return r;
	if (stat(tree, &st) < 0)
		return err_set(err, errno, "cannot look at %s", tree);
	if (st.st_uid != 0 || (st.st_mode & (S_IWGRP | S_IWOTH)))
		return err_say(err, EPERM,
			       "others than root can write %s (Hint: chown root:root and chmod "
			       "go-w it)",
			       tree);
	return 0;
}

int owners_check(const char *tree, const struct arch *arch, struct err *err)
{
	int r = check_tree(tree, err);

	return r < 0 ? r : check_bound(tree, arch, err);
}

int owners_check_ways(const char *tree, const struct arch *arch, struct err *err)
{
	struct owners owners;
	struct err why = { 0 };
	int r = check_tree(tree, &why);

	init(tree, arch, &owners);
	for (size_t i = 0; i < BOUND_MAX && r != -EPERM; i++) {
		FD_CLEANUP int fd = trust_open(&owners.trust, owners.bound[i].host, &why);

		r = fd < 0 ? fd : 0;
	}
	return r == -EPERM ? err_say(err, EPERM, "%s", why.text) : 0;
}

void owners_each_way(const char *tree, const struct arch *arch,
		     void (*each)(const char *path, void *ctx), void *ctx)
{
	struct bound bound[BOUND_MAX];

	find_bound(tree, arch, bound);
	for (size_t i = 0; i < BOUND_MAX; i++)
		each(bound[i].host, ctx);
}
