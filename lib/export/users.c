/* SPDX-License-Identifier: MIT */
/* Leases, contracts, and the mount tables of all processes. A table is read from the kernel's
 * memory: no file system is touched, so no dead server can hold us up. */
#include "export/users.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libmount/libmount.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>

#include "base/array.h"
#include "base/files.h"
#include "core/contract.h"
#include "core/err.h"
#include "core/export_layout.h"
#include "core/lease.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/version.h"
#include "export/export.h"
#include "export/leases.h"
#include "handler/generation.h"
#include "sys/probe.h"

struct counting {
	const char *export;
	const struct version_record *versions;
	size_t n;
	uint64_t lease_age;
	struct export_users *users;
	dev_t dev;   /* of the versions; 0 if mount tables may show another */
	bool bare;   /* mounts of them need not have "/versions/" in their paths */
	ino_t *seen; /* mount namespaces */
	size_t n_seen, room;
};

static struct export_users *users_of(const struct counting *c, const char *id, size_t length)
{
	for (size_t i = 0; i < c->n; i++) {
		if (strlen(c->versions[i].id) == length &&
		    memcmp(c->versions[i].id, id, length) == 0)
			return &c->users[i];
	}
	return NULL;
}

static int count_current(const struct counting *c, struct err *err)
{
	char current[VERSION_ID_SIZE];
	struct export_users *users;
	int r = export_current(c->export, current, err);

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
	struct export_users *users;

	(void)err;
	if (!entry->lease || entry->age >= c->lease_age)
		return 0;
	users = users_of(c, entry->lease->version, strlen(entry->lease->version));
	if (users) {
		uint64_t written = (uint64_t)time(NULL) - entry->age;

		users->clients++;
		users->leased = written > users->leased ? written : users->leased;
	}
	return 0;
}

/* The export may be mounted at several places; a directory is the same at each. */
static struct export_users *users_of_tree(const struct counting *c,
					  const struct contract_tree *tree)
{
	char path[PATH_SIZE];
	struct place place;

	for (size_t i = 0; i < c->n; i++) {
		if (export_version_path(c->export, c->versions[i].id, path, NULL) < 0)
			continue;
		if (str_eq(path, tree->path) || (probe_place(AT_FDCWD, path, &place, NULL) == 0 &&
						 place.dev == tree->dev && place.ino == tree->ino))
			return &c->users[i];
	}
	return NULL;
}

static int count_contracts(const struct counting *c, struct err *err)
{
	ARRAY_FREE struct contract *contract = malloc(sizeof(*contract));
	unsigned generations[GENERATION_MAX];
	int n = generation_list(generations, err);

	if (!contract)
		return err_set(err, ENOMEM, "cannot read contracts");
	for (int i = 0; i < n; i++) {
		/* one that is just being made or removed has none */
		if (generation_read(generations[i], contract, NULL) < 0)
			continue;
		for (size_t j = 0; j < contract->n_trees; j++) {
			struct export_users *users = users_of_tree(c, &contract->trees[j]);

			if (users)
				users->enabled = true;
		}
	}
	return n < 0 ? n : 0;
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
	bool *found = calloc(c->n, sizeof(*found));

	text_init(&text, path, sizeof(path));
	text_addf(&text, "/proc/%s/mountinfo", pid);
	table = mnt_new_table_from_file(path); /* NULL if it has ended */
	while (found && iter && table && mnt_table_next_fs(table, iter, &fs) == 0) {
		struct export_users *users = users_of_mount(c, fs);

		if (users)
			found[users - c->users] = true;
	}
	for (size_t i = 0; found && i < c->n; i++)
		c->users[i].views += found[i];
	free(found);
	mnt_free_iter(iter);
	mnt_unref_table(table);
}

/* True the first time that a process of this mount namespace comes along. */
static bool is_new(struct counting *c, const char *pid)
{
	struct stat st;
	struct text text;
	char path[64];

	text_init(&text, path, sizeof(path));
	text_addf(&text, "/proc/%s/ns/mnt", pid);
	if (text_check(&text) < 0)
		return false;
	/* another user's process hides its namespace, not its mount table */
	if (stat(path, &st) < 0)
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
	DIR *proc = opendir("/proc");
	struct dirent *entry;

	if (!proc)
		return err_set(err, errno, "cannot read /proc");
	while ((entry = readdir(proc))) {
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && is_new(c, entry->d_name))
			count_table(c, entry->d_name);
	}
	(void)closedir(proc); /* only read from */
	free(c->seen);
	return 0;
}

static int find_place(struct counting *c, struct err *err)
{
	char path[PATH_SIZE];
	struct place above, at;
	int r = export_version_path(c->export, "", path, err);

	if (r < 0)
		return r;
	r = probe_place(AT_FDCWD, c->export, &above, NULL);
	if (r < 0)
		return err_set(err, -r, "cannot look at %s", path);
	r = probe_place(AT_FDCWD, path, &at, NULL);
	if (r < 0)
		return err_set(err, -r, "cannot look at %s", path);
	/* btrfs, overlayfs and network file systems show one number in stat(2), another here */
	c->dev = at.dev >> 32 ? makedev((unsigned)(at.dev >> 32), (unsigned)at.dev) : 0;
	c->bare = above.mount_id != at.mount_id;
	return 0;
}

int export_users_count(const char *export, const struct version_record *versions, size_t n,
		       uint64_t lease_age, struct export_users *ret, struct err *err)
{
	struct counting c = {
		.export = export,
		.versions = versions,
		.n = n,
		.lease_age = lease_age,
		.users = ret,
	};
	int r, more;

	memset(ret, 0, n * sizeof(*ret));
	if (n == 0)
		return 0;
	r = find_place(&c, err);
	if (r < 0)
		return r;
	r = count_current(&c, err);
	if (r < 0)
		return r;
	more = leases_read(export, &(struct leases_visitor){ .each = count_lease, .ctx = &c }, err);
	if (more < 0)
		return more;
	r = count_contracts(&c, err);
	if (r < 0)
		return r;
	r = count_views(&c, err);
	return r < 0 ? r : more;
}

bool export_users_any(const struct export_users *users)
{
	return users->current || users->enabled || users->views || users->clients;
}
