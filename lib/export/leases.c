/* SPDX-License-Identifier: MIT */
/* Opens each file without following links, without waiting and without believing its size. */
#include "export/leases.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "base/folder.h"
#include "core/err.h"
#include "core/lease.h"
#include "core/nfs_export.h"
#include "core/str.h"
#include "export/dir.h"
#include "sys/below.h"
#include "sys/dirs.h"
#include "sys/fd.h"

#define LEASES NFS_EXPORT_LEASES

struct names {
	char (*list)[LEASE_NAME_SIZE];
	size_t n, room;
	size_t n_refused;
};

static void free_names(struct names *names)
{
	free(names->list);
}

/* 1 if there is no room for more. */
static int add_name(struct names *names, const char *name, struct err *err)
{
	if (names->n + names->n_refused == LEASES_MAX)
		return 1;
	if (!lease_name_valid(name)) {
		names->n_refused++;
		return 0;
	}
	if (array_reserve(&names->list, &names->room, names->n + 1, sizeof(*names->list)) < 0)
		return err_set(err, ENOMEM, "cannot read leases");
	return str_copy(names->list[names->n++], LEASE_NAME_SIZE, name);
}

static int list_names(int dir, struct names *names, struct err *err)
{
	struct dirs dirs;
	const char *name;
	int r;

	dirs_begin(&dirs, dir);
	while ((r = dirs_next(&dirs, &name)) > 0) {
		if (name[0] == '.')
			continue;
		r = add_name(names, name, err);
		if (r)
			return r;
	}
	return r < 0 ? err_set(err, -r, "cannot read leases") : 0;
}

/* Reads one file; -EINVAL or -errno with a sentence for what is no lease. */
static int read_lease(int dir, const char *name, struct lease *ret, struct leases_entry *entry,
		      struct err *err)
{
	FD_CLEANUP int fd = below_open_file(dir, name);
	char bytes[LEASE_SIZE_MAX + 1];
	time_t now = time(NULL);
	struct stat st;
	ssize_t n;
	int r;

	if (fd == -ELOOP || fd == -EINVAL)
		return err_say(err, EINVAL, "not a file");
	if (fd < 0)
		return err_set(err, -fd, "cannot be opened");
	if (fstat(fd, &st) < 0)
		return err_set(err, errno, "cannot be looked at");
	n = fd_read_all(fd, bytes, sizeof(bytes));
	if (n < 0)
		return err_set(err, (int)-n, "cannot be read");
	entry->written = st.st_mtime;
	entry->age = now > st.st_mtime ? (uint64_t)now - (uint64_t)st.st_mtime : 0;
	r = lease_parse(bytes, (size_t)n, ret, err);
	if (r < 0)
		return r;
	if (!str_eq(ret->host, name))
		return err_say(err, EINVAL, "the lease of another host, %s", ret->host);
	return 0;
}

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

static int show_lease(int dir, const char *name, const struct leases_visitor *visitor,
		      struct err *err)
{
	struct leases_entry entry = { .name = name };
	struct err why = { 0 };
	struct lease lease;

	if (read_lease(dir, name, &lease, &entry, &why) == 0)
		entry.lease = &lease;
	else if (why.code == ENOENT)
		return 0; /* it has gone meanwhile */
	entry.why = why.text;
	return visitor->each(&entry, err, visitor->ctx);
}

static int show_refused(const struct leases_visitor *visitor, struct err *err)
{
	static const struct leases_entry entry = { .name = "?", .why = "not a host's name" };

	return visitor->each(&entry, err, visitor->ctx);
}

/* The directory: -ENOENT without a sentence if there is none. */
static int open_leases(const struct export_dir *dir, struct err *err)
{
	const struct folder *root = export_root(dir);
	int fd = below_open(root->fd, LEASES, O_RDONLY | O_DIRECTORY);

	if (fd == -ENOENT)
		return fd;
	return fd < 0 ? err_set(err, fd == -ELOOP ? ENOTDIR : -fd, "cannot read %s/" LEASES,
				root->path)
		      : fd;
}

int leases_read(const struct export_dir *dir, const struct leases_visitor *visitor, struct err *err)
{
	__attribute__((cleanup(free_names))) struct names names = { 0 };
	FD_CLEANUP int fd = open_leases(dir, err);
	int r, more;

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	more = list_names(fd, &names, err);
	if (more < 0)
		return more;
	if (names.n)
		qsort(names.list, names.n, sizeof(*names.list), compare);
	for (size_t i = 0; i < names.n; i++) {
		r = show_lease(fd, names.list[i], visitor, err);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < names.n_refused; i++) {
		r = show_refused(visitor, err);
		if (r < 0)
			return r;
	}
	return more;
}

int leases_count(const struct export_dir *dir, const struct leases_visitor *visitor,
		 struct err *err)
{
	FD_CLEANUP int fd = open_leases(dir, err);
	size_t n = 0;
	struct dirs dirs;
	const char *name;
	int r;

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	dirs_begin(&dirs, fd);
	while ((r = dirs_next(&dirs, &name)) > 0) {
		if (name[0] == '.')
			continue;
		if (n++ == LEASES_COUNT_MAX)
			return 1;
		r = lease_name_valid(name) ? show_lease(fd, name, visitor, err)
					   : show_refused(visitor, err);
		if (r < 0)
			return r;
	}
	return r < 0 ? err_set(err, -r, "cannot read %s/" LEASES, export_root(dir)->path) : 0;
}
