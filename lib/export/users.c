/* SPDX-License-Identifier: MIT */
/* Leases, contracts, and the mount tables of all processes. A table is read from the kernel's
 * memory: no file system is touched, so no dead server can hold us up. */
#include "export/users.h"

#include <errno.h>
#include <fcntl.h>
#include <libmount/libmount.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/array.h"
#include "base/folder.h"
#include "core/contract.h"
#include "core/err.h"
#include "core/export_layout.h"
#include "core/lease.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/version.h"
#include "export/dir.h"
#include "export/export.h"
#include "export/leases.h"
#include "handler/generation.h"
#include "handler/runtimes_unused.h"
#include "sys/below.h"
#include "sys/dirs.h"
#include "sys/fd.h"
#include "sys/probe.h"

/* A client's clock is the file server's, which may be a little ahead of this machine's. */
enum { CLOCKS_DIFFER = 3600 };

struct counting {
	const struct export_users_request *request;
	struct export_users *users;
	dev_t dev;   /* of the versions; 0 if mount tables may show another */
	bool bare;   /* mounts of them need not have "/versions/" in their paths */
	ino_t *seen; /* mount namespaces */
	size_t n_seen, room;
};

static struct export_users *users_of(const struct counting *c, const char *id, size_t length)
{
	for (size_t i = 0; i < c->request->n; i++) {
		const char *other = c->request->versions[i].id;

		if (strlen(other) == length && memcmp(other, id, length) == 0)
			return &c->users[i];
	}
	return NULL;
}

static int count_current(const struct counting *c, struct err *err)
{
	char current[VERSION_ID_SIZE];
	struct export_users *users;
	int r = export_current(c->request->dir, current, err);

	if (r <= 0)
		return r;
	users = users_of(c, current, strlen(current));
	if (users)
		users->current = true;
	return 0;
}

static int count_lease(const struct leases_entry *entry, struct err *err, void *ctx)
{
	const struct counting *c = ctx;
	const struct export_users_request *request = c->request;
	struct export_users *users;
	uint64_t age;

	(void)err;
	if (!entry->lease)
		return 0;
	/* clients set it to any time: a difference of signed numbers may be none */
	age = request->now > entry->written ? (uint64_t)request->now - (uint64_t)entry->written : 0;
	if (age >= request->lease_age)
		return 0;
	users = users_of(c, entry->lease->version, strlen(entry->lease->version));
	if (!users)
		return 0;
	users->clients++;
	if (entry->written > request->latest + CLOCKS_DIFFER)
		users->foretold++;
	else if (age < users->age)
		users->age = age;
	return 0;
}

/* The export may be mounted at several places; a directory is the same at each. */
static struct export_users *users_of_tree(const struct counting *c, const char *tree,
					  const struct place *root)
{
	const struct folder *versions = export_versions(c->request->dir);
	char path[PATH_SIZE];
	struct place place;

	for (size_t i = 0; i < c->request->n; i++) {
		const char *id = c->request->versions[i].id;

		if ((path_join(path, sizeof(path), versions->path, id) == 0 &&
		     str_eq(path, tree)) ||
		    (probe_place(versions->fd, id, &place, NULL) == 0 && place.dev == root->dev &&
		     place.ino == root->ino))
			return &c->users[i];
	}
	return NULL;
}

static void count_contract(const struct contract *contract, void *ctx)
{
	const struct counting *c = ctx;

	for (size_t i = 0; i < contract->n_trees; i++) {
		const struct contract_tree *tree = &contract->trees[i];
		const struct place root = { .dev = tree->dev, .ino = tree->ino };
		struct export_users *users = users_of_tree(c, tree->path, &root);

		if (users)
			users->enabled = true;
	}
}

/* A runtime beside the host may outlive its generation, for scripts that still run in it. */
static int count_runtime(const char *tree, struct err *err, void *ctx)
{
	struct export_users *users;
	struct place root = { 0 };

	(void)err;
	(void)probe_place(AT_FDCWD, tree, &root, NULL); /* else the path alone tells */
	users = users_of_tree(ctx, tree, &root);
	if (users)
		users->enabled = true;
	return 0;
}

/* The version that a mount shows, by the part of the file system that is mounted:
 * ".../versions/ID/usr" or ".../versions/ID". */
static struct export_users *users_of_mount(const struct counting *c, struct libmnt_fs *fs)
{
	const char *root = mnt_fs_get_root(fs);

	if (!root || (c->dev && mnt_fs_get_devno(fs) != c->dev))
		return NULL;
	for (const char *id = root; (id = strchr(id, '/'));) {
		bool marked = export_layout_in_versions(root, ++id);
		struct export_users *users = users_of(c, id, strcspn(id, "/"));

		if (users && (marked || c->bare))
			return users;
	}
	return NULL;
}

static void count_table(const struct counting *c, const char *pid)
{
	struct libmnt_iter *iter = mnt_new_iter(MNT_ITER_FORWARD);
	struct libmnt_table *table;
	struct libmnt_fs *fs;
	char path[64];
	struct text text;
	size_t n = c->request->n;
	bool *found = calloc(n, sizeof(*found));

	text_init(&text, path, sizeof(path));
	text_addf(&text, "/proc/%s/mountinfo", pid);
	table = mnt_new_table_from_file(path); /* NULL if it has ended */
	while (found && iter && table && mnt_table_next_fs(table, iter, &fs) == 0) {
		struct export_users *users = users_of_mount(c, fs);

		if (users)
			found[users - c->users] = true;
	}
	for (size_t i = 0; found && i < n; i++)
		c->users[i].views += found[i];
	free(found);
	mnt_free_iter(iter);
	mnt_unref_table(table);
}

/* True the first time that a process of this mount namespace comes along. */
static bool is_new(struct counting *c, int proc, const char *pid)
{
	struct stat st;
	struct text text;
	char path[64];

	text_init(&text, path, sizeof(path));
	text_addf(&text, "%s/ns/mnt", pid);
	if (text_check(&text) < 0)
		return false;
	/* another user's process hides its namespace, not its mount table */
	if (fstatat(proc, path, &st, 0) < 0)
		return errno == EACCES || errno == EPERM;
	for (size_t i = 0; i < c->n_seen; i++) {
		if (c->seen[i] == st.st_ino)
			return false;
	}
	if (array_reserve(&c->seen, &c->room, c->n_seen + 1, sizeof(*c->seen)) < 0)
		return true; /* it is only looked at twice */
	c->seen[c->n_seen++] = st.st_ino;
	return true;
}

static int count_views(struct counting *c, struct err *err)
{
	FD_CLEANUP int proc = below_open_root("/proc", O_RDONLY | O_DIRECTORY);
	struct dirs dirs;
	const char *name;
	int r;

	if (proc < 0)
		return err_set(err, -proc, "cannot read /proc");
	dirs_begin(&dirs, proc);
	while ((r = dirs_next(&dirs, &name)) > 0) {
		if (name[0] >= '1' && name[0] <= '9' && is_new(c, proc, name))
			count_table(c, name);
	}
	free(c->seen);
	return r < 0 ? err_set(err, -r, "cannot read /proc") : 0;
}

static int find_place(struct counting *c, struct err *err)
{
	const struct folder *root = export_root(c->request->dir);
	const struct folder *versions = export_versions(c->request->dir);
	struct place above, at;
	int r = probe_place(root->fd, "", &above, NULL);

	if (r < 0)
		return err_set(err, -r, "cannot look at %s", root->path);
	r = probe_place(versions->fd, "", &at, NULL);
	if (r < 0)
		return err_set(err, -r, "cannot look at %s", versions->path);
	/* btrfs, overlayfs and network file systems show one number in stat(2), another here */
	c->dev = at.dev >> 32 ? makedev((unsigned)(at.dev >> 32), (unsigned)at.dev) : 0;
	c->bare = above.mount_id != at.mount_id;
	return 0;
}

int export_users_count(const struct export_users_request *request, struct export_users *ret,
		       struct err *err)
{
	struct counting c = { .request = request, .users = ret };
	int r, more;

	for (size_t i = 0; i < request->n; i++)
		ret[i] = (struct export_users){ .age = UINT64_MAX };
	if (request->n == 0)
		return 0;
	r = find_place(&c, err);
	if (r < 0)
		return r;
	r = count_current(&c, err);
	if (r < 0)
		return r;
	more = leases_count(request->dir,
			    &(struct leases_visitor){ .each = count_lease, .ctx = &c }, err);
	if (more < 0)
		return more;
	r = generation_each(count_contract, &c, err);
	if (r == 0)
		r = runtimes_each_tree(count_runtime, &c, err);
	if (r < 0)
		return r;
	r = count_views(&c, err);
	return r < 0 ? r : more;
}

bool export_users_any(const struct export_users *users)
{
	return users->current || users->enabled || users->views || users->clients;
}
