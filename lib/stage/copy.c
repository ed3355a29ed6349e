/* SPDX-License-Identifier: MIT */
/* Copies files and directories out of a sysroot; links stay inside, equal files are shared. */
#include "stage/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/exact.h"
#include "base/files.h"
#include "base/sysroot.h"
#include "core/err.h"
#include "core/name.h"
#include "core/path_size.h"
#include "core/str.h"
#include "sys/below.h"
#include "sys/dirs.h"
#include "sys/fd.h"

enum { BUFFER_SIZE = 64 * 1024, DEPTH_MAX = 32 /* directories below one another */ };

/* Where a walk stands. */
struct place {
	char path[PATH_SIZE]; /* in the sysroot */
	char real[PATH_SIZE]; /* on this machine: for sentences */
	char name[PATH_SIZE]; /* below copy->to */
	size_t top;	      /* bytes of name that are the walk's own start */
	size_t path_top;
	uid_t owner; /* of the walk's own start */
	int depth;
};

/* A file that grows while it is read has no end. */
static int pump(int from, int to, off_t size)
{
	char bytes[BUFFER_SIZE];

	for (;;) {
		ssize_t n = fd_read_all(from, bytes, sizeof(bytes));
		int r = n > 0 ? fd_write_all(to, bytes, (size_t)n) : (int)n;

		if (n <= 0 || r < 0)
			return r;
		size -= n;
		if (size < 0)
			return -EAGAIN;
	}
}

/* What is open is copied; from is for sentences. */
static int copy_open(int in, const char *from, const char *to, struct err *err)
{
	FD_CLEANUP int out = -1;
	struct stat st;
	int r;

	if (fstat(in, &st) < 0 || lseek(in, 0, SEEK_SET) < 0)
		return err_set(err, errno, "cannot read %s", from);
	out = exact_create(to, err);
	if (out < 0)
		return out;
	r = pump(in, out, st.st_size);
	if (r == -EAGAIN)
		return err_say(err, EAGAIN, "%s has changed while it was copied", from);
	if (r == 0)
		r = files_finish(&out, st.st_mode & 0111 ? 0755 : 0644);
	return r < 0 ? err_set(err, -r, "cannot copy %s to %s", from, to) : 0;
}

int copy_bytes(int from, const char *name, const char *to, struct err *err)
{
	return copy_open(from, name, to, err);
}

/* True if both are regular files of the same bytes, and the peer may stand for a copy: it is no
 * other user's, who could change it. */
static bool same(int a, int b)
{
	char bytes_a[BUFFER_SIZE], bytes_b[BUFFER_SIZE];
	struct stat st_a, st_b;
	ssize_t n, m;

	if (fstat(a, &st_a) < 0 || fstat(b, &st_b) < 0 || lseek(a, 0, SEEK_SET) < 0)
		return false;
	if (st_b.st_uid != geteuid() || (st_b.st_mode & (S_IWGRP | S_IWOTH)) ||
	    st_a.st_size != st_b.st_size || !(st_a.st_mode & 0111) != !(st_b.st_mode & 0111))
		return false;
	do {
		n = fd_read_all(a, bytes_a, sizeof(bytes_a));
		m = fd_read_all(b, bytes_b, sizeof(bytes_b));
		if (n < 0 || n != m || memcmp(bytes_a, bytes_b, (size_t)n) != 0)
			return false;
	} while (n > 0);
	return true;
}

/* True if a peer has the file already and now shares it. A link that is refused (another file
 * system, another owner, too many links) is no error: then it is copied. */
static bool share(const struct copy *copy, int from, const char *name, const char *to)
{
	char peer[PATH_SIZE];

	for (size_t i = 0; i < copy->n_peers; i++) {
		FD_CLEANUP int fd = -1;

		if (path_join(peer, sizeof(peer), copy->peers[i], name) < 0)
			continue;
		fd = exact_open_file(peer, NULL);
		if (fd >= 0 && same(from, fd) && exact_link(fd, to) == 0)
			return true;
	}
	return false;
}

static int put(const struct copy *copy, int from, const char *real, const char *name,
	       struct err *err)
{
	char to[PATH_SIZE];
	int r = files_path(to, err, "%s/%s", copy->to, name);

	if (r < 0)
		return r;
	r = exact_mkdirs_for(to, err);
	if (r < 0 || share(copy, from, name, to))
		return r;
	return copy_open(from, real, to, err);
}

int copy_real(const struct copy *copy, const char *real, const char *name, struct err *err)
{
	FD_CLEANUP int fd = exact_open_file(real, err);

	return fd < 0 ? fd : put(copy, fd, real, name, err);
}

static int cannot_read(const char *real, int r, struct err *err)
{
	if (r == -ELOOP || r == -ENOTDIR || r == -EINVAL)
		return err_say(err, EAGAIN, "%s has changed while it was copied", real);
	return err_set(err, -r, "cannot read %s", real);
}

/* In a folder of another user's, root reads nothing for him that he could not. */
static int check_readable(int fd, const char *real, uid_t owner, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_set(err, errno, "cannot read %s", real);
	if (geteuid() != 0 || owner == 0 || st.st_uid == owner || (st.st_mode & S_IROTH))
		return 0;
	return err_say(err, EPERM,
		       "%s belongs to uid %u, and is not for uid %u, whose folder it is in, to "
		       "read (Hint: chmod o+r it)",
		       real, (unsigned)st.st_uid, (unsigned)owner);
}

/* The file at real, on whose path there is no link. */
static int copy_found(const struct copy *copy, const char *real, const char *name, uid_t owner,
		      struct err *err)
{
	FD_CLEANUP int fd = below_open_regular(real);
	int r = fd < 0 ? cannot_read(real, fd, err) : check_readable(fd, real, owner, err);

	return r < 0 ? r : put(copy, fd, real, name, err);
}

/* Where path is, for its own files (COPY_AS_SEEN) no link is looked for. */
static int find(const struct copy *copy, const char *path, char *ret_real, struct err *err)
{
	int r = copy->flags & COPY_AS_SEEN ? str_copy(ret_real, PATH_SIZE, path)
					   : sysroot_find(copy->root, path, ret_real);

	return r < 0 ? err_set(err, -r, "cannot find %s", path) : 0;
}

/* What was looked at is what is copied. */
static int check_seen(const struct copy *copy, int fd, const char *real, struct err *err)
{
	struct stat st;

	if (!copy->seen)
		return 0;
	if (fstat(fd, &st) < 0)
		return err_set(err, errno, "cannot read %s", real);
	if (st.st_ino == copy->seen->st_ino && st.st_dev == copy->seen->st_dev)
		return 0;
	return err_say(err, EAGAIN, "%s has changed while it was copied", real);
}

/* Another user's folder in which a name was looked up: a link in it may lead anywhere. */
static int note_owner(const char *real, void *ctx)
{
	uid_t *owner = ctx;
	struct stat st;
	int r = exact_stat(real, &st);

	if (r == 0 && st.st_uid != 0)
		*owner = st.st_uid;
	return r;
}

int copy_open_file(const struct copy *copy, const char *path, char *ret_real, struct err *err)
{
	uid_t owner = 0;
	struct sysroot_trail trail = { .enter = note_owner, .ctx = &owner };
	FD_CLEANUP int fd = -1;
	int r;

	if (copy->flags & COPY_AS_SEEN) { /* root has named it himself: it is his to read */
		r = find(copy, path, ret_real, err);
	} else {
		r = sysroot_walk(copy->root, path, &trail);
		if (r == 0)
			r = str_copy(ret_real, PATH_SIZE, trail.real);
		if (r < 0)
			(void)err_set(err, -r, "cannot find %s", path);
	}
	if (r < 0)
		return r;
	fd = below_open_regular(ret_real);
	r = fd < 0 ? cannot_read(ret_real, fd, err) : check_readable(fd, ret_real, owner, err);
	return r < 0 ? r : fd_steal(&fd);
}

int copy_file(const struct copy *copy, const char *path, const char *name, struct err *err)
{
	char real[PATH_SIZE];
	FD_CLEANUP int fd = copy_open_file(copy, path, real, err);
	int r = fd < 0 ? fd : check_seen(copy, fd, real, err);

	return r < 0 ? r : put(copy, fd, real, name, err);
}

/* -- directories ---------------------------------------------------------------------------- */

/* The path that a link's target names in the sysroot, the link being where the walk stands. */
static int name_target(const struct place *place, const char *target, char *ret)
{
	struct text text;

	text_init(&text, ret, PATH_SIZE);
	if (target[0] != '/') {
		text_add(&text, place->path);
		text.used = (size_t)(path_base(ret) - ret);
	}
	text_add(&text, target);
	return text_check(&text);
}

/* The walk's own start. */
static int find_top(const struct copy *copy, const struct place *place, char *ret)
{
	char start[PATH_SIZE];
	int r = str_copy_bytes(start, sizeof(start), place->path, place->path_top);

	if (r < 0)
		return r;
	return copy->flags & COPY_AS_SEEN ? str_copy(ret, PATH_SIZE, start)
					  : sysroot_canonical(copy->root, start, ret);
}

/* Keeps a link, or copies what it leads to. Whatever the link becomes meanwhile, target is what
 * counts. */
static int take_link(const struct copy *copy, const struct place *place, const char *target,
		     struct err *err)
{
	char path[PATH_SIZE], found[PATH_SIZE], top[PATH_SIZE], real[PATH_SIZE];
	bool there, inside;
	struct stat st;
	int r = name_target(place, target, path);

	if (r < 0)
		return err_set(err, -r, "cannot read %s", place->path);
	/* once: what is judged is what is copied */
	there = sysroot_canonical(copy->root, path, found) == 0;
	inside = find_top(copy, place, top) == 0 && there && path_below(found, top);
	if ((copy->flags & COPY_LINKS_AS_THEY_ARE) || (inside && target[0] != '/')) {
		r = files_path(real, err, "%s/%s", copy->to, place->name);
		return r < 0 ? r : exact_symlink(target, real, err);
	}
	if (!there)
		return 0;
	if (!inside && (copy->flags & COPY_AS_SEEN))
		return err_say(err, EINVAL,
			       "%s leads out of %s (Hint: put what it leads to in its place)",
			       place->path, top);
	if (find(copy, found, real, NULL) < 0 || exact_stat(real, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	return copy_found(copy, real, place->name, place->owner, err);
}

static int copy_link(const struct copy *copy, const struct place *place, int link, struct err *err)
{
	char target[PATH_SIZE];
	int r = fd_read_link(link, "", target, sizeof(target));

	if (r < 0)
		return err_set(err, -r, "cannot read %s", place->real);
	return take_link(copy, place, target, err);
}

static bool skipped(const struct copy *copy, const struct place *place)
{
	for (size_t i = 0; copy->skip && copy->skip[i]; i++) {
		if (path_match(copy->skip[i], place->name + place->top))
			return true;
	}
	return false;
}

static int copy_dir(const struct copy *copy, struct place *place, int fd, struct err *err);

static int copy_regular(const struct copy *copy, const struct place *place, int dir,
			const char *entry, struct err *err)
{
	FD_CLEANUP int fd = below_open_file(dir, entry);
	int r = fd < 0 ? cannot_read(place->real, fd, err)
		       : check_readable(fd, place->real, place->owner, err);

	return r < 0 ? r : put(copy, fd, place->real, place->name, err);
}

/* A name in an open directory. */
static int copy_entry(const struct copy *copy, struct place *place, int dir, const char *entry,
		      struct err *err)
{
	FD_CLEANUP int seen = -1;
	FD_CLEANUP int below = -1;
	const char *flaw = name_flaw(entry, strlen(entry));
	struct stat st;

	if (skipped(copy, place))
		return 0;
	if (flaw && (copy->flags & COPY_AS_SEEN))
		return err_say(err, EINVAL, "%s %s", place->real, flaw);
	seen = below_open(dir, entry, O_PATH | O_NOFOLLOW);
	if (seen < 0)
		return cannot_read(place->real, seen, err);
	if (fstat(seen, &st) < 0)
		return err_set(err, errno, "cannot read %s", place->real);
	if (S_ISLNK(st.st_mode))
		return copy_link(copy, place, seen, err);
	if (S_ISREG(st.st_mode))
		return copy_regular(copy, place, dir, entry, err);
	if (!S_ISDIR(st.st_mode))
		return 0;
	below = below_open(dir, entry, O_RDONLY | O_DIRECTORY);
	return below < 0 ? cannot_read(place->real, below, err) : copy_dir(copy, place, below, err);
}

/* Adds "/NAME" to a path of PATH_SIZE bytes; -E2BIG. */
static int extend(char *path, const char *name)
{
	struct text text = { .data = path, .used = strlen(path), .size = PATH_SIZE };

	text_addf(&text, "/%s", name);
	return text_check(&text);
}

/* To a name in the directory where the walk stands. */
static int go_to(struct place *place, const char *entry, struct err *err)
{
	if (extend(place->path, entry) < 0 || extend(place->real, entry) < 0 ||
	    extend(place->name, entry) < 0)
		return err_set(err, ENAMETOOLONG, "%s", place->real);
	return 0;
}

/* Recursion follows the depth of a directory tree, which is bounded here. */
static int copy_dir(const struct copy *copy, struct place *place, int fd, struct err *err)
{
	size_t path_used = strlen(place->path), name_used = strlen(place->name);
	size_t real_used = strlen(place->real);
	char to[PATH_SIZE];
	struct dirs dirs;
	const char *entry;
	int r, more = 0;

	if (++place->depth > DEPTH_MAX)
		return err_set(err, ELOOP, "%s", place->real);
	r = files_path(to, err, "%s/%s", copy->to, place->name);
	if (r < 0)
		return r;
	r = exact_mkdirs(to, err);
	if (r < 0)
		return r;
	dirs_begin(&dirs, fd);
	while ((more = dirs_next(&dirs, &entry)) > 0) {
		r = go_to(place, entry, err);
		if (r < 0)
			return r;
		r = copy_entry(copy, place, fd, entry, err);
		if (r < 0)
			return r;
		place->path[path_used] = '\0';
		place->real[real_used] = '\0';
		place->name[name_used] = '\0';
	}
	place->depth--;
	return more < 0 ? err_set(err, -more, "cannot read %s", place->real) : 0;
}

static int copy_top(const struct copy *copy, struct place *place, struct err *err)
{
	FD_CLEANUP int fd = -1;
	struct stat st;
	int r = find(copy, place->path, place->real, err);

	if (r < 0)
		return r;
	fd = below_open_root(place->real, O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		return cannot_read(place->real, fd, err);
	if (fstat(fd, &st) < 0)
		return err_set(err, errno, "cannot read %s", place->real);
	r = check_seen(copy, fd, place->real, err);
	if (r < 0)
		return r;
	place->owner = st.st_uid;
	if (str_eq(place->real, "/"))
		place->real[0] = '\0';
	return copy_dir(copy, place, fd, err);
}

int copy_tree(const struct copy *copy, const char *path, const char *name, struct err *err)
{
	struct place *place = calloc(1, sizeof(*place));
	int r;

	if (!place)
		return err_set(err, ENOMEM, "cannot copy %s", path);
	if (str_copy(place->path, sizeof(place->path), path) < 0 ||
	    str_copy(place->name, sizeof(place->name), name) < 0) {
		r = err_set(err, ENAMETOOLONG, "cannot copy %s", path);
	} else {
		place->path_top = strlen(path);
		place->top = strlen(name);
		r = copy_top(copy, place, err);
	}
	free(place);
	return r;
}
