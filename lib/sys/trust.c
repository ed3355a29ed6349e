/* SPDX-License-Identifier: MIT */
/* Goes a path component by component, and holds each to the rule of owners. */
#include "sys/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/stat.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "core/acl.h"
#include "core/err.h"
#include "core/mountline.h"
#include "core/path_size.h"
#include "core/str.h"
#include "sys/fd.h"

#ifndef FUSE_SUPER_MAGIC
#define FUSE_SUPER_MAGIC 0x65735546
#endif

enum { LINKS_MAX = 40, OVERFLOW_ID = 65534 };

/* What is left of a path, and where it has led to so far. */
struct way {
	struct trust *trust;
	int fd; /* O_PATH */
	unsigned links;
	char rest[PATH_SIZE];
	char done[PATH_SIZE]; /* for sentences */
};

/* True if a number stands for a user in this user namespace: lines of inside, outside, length. */
static bool is_mapped(unsigned uid)
{
	char map[4096];
	unsigned inside, length;

	if (fd_read_file(AT_FDCWD, "/proc/self/uid_map", map, sizeof(map)) <= 0)
		return true; /* it cannot be told: nobody is believed who need not be */
	for (const char *line = map; *line; line += strcspn(line, "\n"), line += *line != '\0') {
		if (sscanf(line, "%u %*u %u", &inside, &length) == 2 && uid >= inside &&
		    uid - inside < length)
			return true;
	}
	return false;
}

void trust_init(struct trust *ret)
{
	*ret = (struct trust){ .uid = geteuid() };
	ret->foreign = !is_mapped(OVERFLOW_ID);
}

void trust_init_root(struct trust *ret)
{
	trust_init(ret);
	ret->all = ret->uid != 0;
}

static bool is_ours(const struct trust *trust, unsigned uid)
{
	return trust->all || uid == 0 || uid == trust->uid ||
	       (trust->foreign && uid == OVERFLOW_ID);
}

static int refuse_owner(const struct stat *st, const char *path, struct err *err)
{
	return err_say(err, EPERM,
		       "%s belongs to uid %u: its owner could change what other users run "
		       "(Hint: chown -R root:root the tree)",
		       path, (unsigned)st->st_uid);
}

int trust_state(const struct trust *trust, const struct stat *st, const char *path, struct err *err)
{
	if (S_ISLNK(st->st_mode) || trust->all)
		return 0;
	if (!is_ours(trust, st->st_uid))
		return refuse_owner(st, path, err);
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return err_say(err, EPERM,
			       "others than root can write %s (Hint: chmod -R go-w the tree)",
			       path);
	return 0;
}

int trust_folder(const struct trust *trust, int fd, const char *path, struct err *err)
{
	enum { LIST_MAX = 4096 };
	char list[LIST_MAX], link[FD_PATH_SIZE];
	ssize_t n;

	if (trust->all)
		return 0;
	fd_path(fd, link);
	n = getxattr(link, "system.posix_acl_default", list, sizeof(list));
	/* none, or a file system without: what is made there has the mode that it is given */
	if (n < 0 && errno != ERANGE)
		return 0;
	if (n >= 0 && !acl_lets_others_write(list, (size_t)n))
		return 0;
	return err_say(err, EPERM,
		       "others than root could write what is made in %s: it has a default access "
		       "list (Hint: setfacl -Rk the tree)",
		       path);
}

/* A directory on the way, or its end: in one that is sticky only the owner of a name can replace
 * what it stands for; and what is written to a device (/dev/null) is not kept in it. */
static int check_passed(const struct way *way, const struct stat *st, struct err *err)
{
	bool sticky = S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX) && way->rest[0];

	if ((sticky || S_ISCHR(st->st_mode)) && is_ours(way->trust, st->st_uid))
		return 0;
	return trust_state(way->trust, st, *way->done ? way->done : "/", err);
}

/* -- whose file system ---------------------------------------------------------------------- */

/* 1 if the line is that of the mount, and it is not another user's FUSE; 0 if it is another
 * mount's; -EPERM. */
static int judge_line(const struct trust *trust, const char *line, size_t n, uint64_t mount)
{
	struct mountline parsed;
	uint64_t uid = 0;
	int r = mountline_fuse_user(line, n, mount, &uid);

	if (r == 0)
		return 0;
	if (r < 0) /* a FUSE file system has one in any case */
		return mountline_parse(line, n, &parsed) == 0 && !str_starts(parsed.type, "fuse")
			       ? 1
			       : -EPERM;
	return is_ours(trust, (unsigned)uid) ? 1 : -EPERM;
}

/* 0 or -EPERM by mountinfo; -ENOENT if that does not have the mount. */
static int judge_mount(const struct trust *trust, uint64_t mount)
{
	FILE *file = fopen("/proc/self/mountinfo", "re");
	char *line = NULL;
	size_t size = 0;
	ssize_t n;
	int r = 0;

	while (file && r == 0 && (n = getline(&line, &size, file)) > 0)
		r = judge_line(trust, line, (size_t)n - (line[n - 1] == '\n'), mount);
	free(line);
	if (file)
		(void)fclose(file); /* only read from */
	return r == 0 ? -ENOENT : r < 0 ? r : 0;
}

static bool is_known(const struct trust *trust, uint64_t mount)
{
	for (unsigned i = 0; i < trust->n_mounts; i++) {
		if (trust->mounts[i] == mount)
			return true;
	}
	return false;
}

/* Linux before 5.8, or a mount outside of this process's root. */
static int judge_by_magic(int dir, const char *name)
{
	FD_CLEANUP int fd = openat(dir, *name ? name : ".", O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct statfs fs;

	return fd >= 0 && fstatfs(fd, &fs) == 0 && fs.f_type != FUSE_SUPER_MAGIC ? 0 : -EPERM;
}

/* The process behind a FUSE file system may keep whoever asks waiting. The number of a mount is the
 * kernel's own. */
int trust_mount(struct trust *trust, int dir, const char *name, const char *path, struct err *err)
{
	const int flags =
		AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC;
	struct statx stx = { 0 };
	int r;

	if (trust->all)
		return 0;
	if (syscall(SYS_statx, dir, name, flags, STATX_MNT_ID, &stx) < 0)
		return err_set(err, errno, "cannot look at %s", path);
	if ((stx.stx_mask & STATX_MNT_ID) && is_known(trust, stx.stx_mnt_id))
		return 0;
	r = stx.stx_mask & STATX_MNT_ID ? judge_mount(trust, stx.stx_mnt_id) : -ENOENT;
	if (r == -ENOENT)
		r = judge_by_magic(dir, name);
	if (r < 0)
		return err_say(err, EPERM,
			       "%s is on a FUSE file system of another user, who can change what "
			       "it holds",
			       path);
	if ((stx.stx_mask & STATX_MNT_ID) && trust->n_mounts < TRUST_MOUNTS)
		trust->mounts[trust->n_mounts++] = stx.stx_mnt_id;
	return 0;
}

/* -- the way -------------------------------------------------------------------------------- */

/* Takes the next component off the rest; false at its end. */
static bool next_name(struct way *way, char name[PATH_SIZE])
{
	char *at = way->rest + strspn(way->rest, "/");
	size_t n = strcspn(at, "/");

	memcpy(name, at, n);
	name[n] = '\0';
	at += n;
	at += strspn(at, "/");
	memmove(way->rest, at, strlen(at) + 1);
	return n > 0;
}

/* The rest begins with a name that is not there. */
static void put_back(struct way *way, const char *name)
{
	size_t n = strlen(name), rest = strlen(way->rest);

	/* it was taken from there: it fits, with a slash */
	memmove(way->rest + n + (rest > 0), way->rest, rest + 1);
	memcpy(way->rest, name, n);
	if (rest)
		way->rest[n] = '/';
}

static int go_to_root(struct way *way, struct err *err)
{
	struct stat st;
	int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return err_set(err, errno, "cannot open /");
	fd_close(&way->fd);
	way->fd = fd;
	way->done[0] = '\0';
	if (fstat(fd, &st) < 0)
		return err_set(err, errno, "cannot look at /");
	return check_passed(way, &st, err);
}

/* Puts a link's target before the rest. */
static int follow(struct way *way, int link, const char *path, struct err *err)
{
	char target[PATH_SIZE], rest[PATH_SIZE];
	int r = fd_read_link(link, "", target, sizeof(target));
	struct text text;

	if (r < 0)
		return err_set(err, -r, "cannot read the link %s", path);
	if (++way->links > LINKS_MAX)
		return err_set(err, ELOOP, "%s", path);
	text_init(&text, rest, sizeof(rest));
	text_addf(&text, "%s/%s", target, way->rest);
	if (text_check(&text) < 0)
		return err_set(err, ENAMETOOLONG, "%s", path);
	memcpy(way->rest, rest, sizeof(rest));
	return target[0] == '/' ? go_to_root(way, err) : 0;
}

static void go_up(char *done)
{
	char *slash = strrchr(done, '/');

	if (slash)
		*slash = '\0';
}

/* One component: into it, or, if it is a link, to what it leads to. */
static int step(struct way *way, const char *name, struct err *err)
{
	FD_CLEANUP int fd = -1;
	char path[PATH_SIZE];
	struct stat st;
	int r = path_join(path, sizeof(path), way->done, name);

	if (r < 0)
		return err_set(err, ENAMETOOLONG, "%s", way->done);
	/* as a directory first: else an automounter would not mount what belongs there */
	fd = openat(way->fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == ENOTDIR)
		fd = openat(way->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_set(err, errno, "cannot open %s", path);
	r = trust_mount(way->trust, fd, "", path, err);
	if (r < 0)
		return r;
	if (fstat(fd, &st) < 0)
		return err_set(err, errno, "cannot look at %s", path);
	if (S_ISLNK(st.st_mode)) {
		/* in a sticky directory whoever made the link decides where it leads */
		if (!is_ours(way->trust, st.st_uid))
			return refuse_owner(&st, path, err);
		return follow(way, fd, path, err);
	}
	if (str_eq(name, ".."))
		go_up(way->done);
	else if (!str_eq(name, "."))
		memcpy(way->done, path, sizeof(path));
	fd_close(&way->fd);
	way->fd = fd_steal(&fd);
	return check_passed(way, &st, err);
}

static int begin(struct way *way, struct trust *trust, const char *path, struct err *err)
{
	char cwd[PATH_SIZE];
	struct text text;

	*way = (struct way){ .trust = trust, .fd = -1 };
	/* a name for one that has none would begin with "(unreachable)" */
	if (path[0] != '/' && (!getcwd(cwd, sizeof(cwd)) || cwd[0] != '/'))
		return err_say(err, ESTALE, "%s: the working directory is gone", path);
	text_init(&text, way->rest, sizeof(way->rest));
	text_addf(&text, "%s%s%s", path[0] == '/' ? "" : cwd, path[0] == '/' ? "" : "/", path);
	if (text_check(&text) < 0)
		return err_set(err, ENAMETOOLONG, "%.64s...", path);
	return go_to_root(way, err);
}

static int go(struct way *way, struct err *err)
{
	char name[PATH_SIZE];

	while (next_name(way, name)) {
		int r = step(way, name, err);

		if (r == -ENOENT)
			put_back(way, name);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Where it ends because there is no more, a sticky directory is everybody's. */
static int check_end(struct way *way, struct err *err)
{
	struct stat st;

	way->rest[0] = '\0';
	return fstat(way->fd, &st) < 0 ? -errno : check_passed(way, &st, err);
}

int trust_find(struct trust *trust, const char *path, struct trust_found *ret, struct err *err)
{
	struct err why = { 0 };
	struct way way;
	int r = begin(&way, trust, path, &why);

	if (r == 0)
		r = go(&way, &why);
	if (r < 0 && r != -ENOENT) {
		fd_close(&way.fd);
		if (err)
			*err = why;
		return r;
	}
	ret->fd = way.fd;
	(void)str_copy(ret->real, sizeof(ret->real), *way.done ? way.done : "/"); /* as long */
	memcpy(ret->rest, way.rest, sizeof(ret->rest));
	return 0;
}

int trust_open(struct trust *trust, const char *path, struct err *err)
{
	struct way way;
	int r = begin(&way, trust, path, err);

	if (r == 0)
		r = go(&way, err);
	if (r < 0) {
		fd_close(&way.fd);
		return r;
	}
	return way.fd;
}

int trust_path(struct trust *trust, const char *path, struct err *err)
{
	struct way way;
	int r = begin(&way, trust, path, err);

	if (r == 0)
		r = go(&way, err);
	if (r == -ENOENT && way.fd >= 0)
		r = check_end(&way, err);
	fd_close(&way.fd);
	return r;
}

int trust_for_root(int fd, const char *path, struct err *err)
{
	FD_CLEANUP int trusted = -1;
	struct trust trust;
	struct stat here, there;

	trust_init(&trust);
	if (trust.uid != 0)
		return 0;
	trusted = trust_open(&trust, path, err);
	if (trusted < 0)
		return trusted;
	if (fstat(fd, &here) < 0 || fstat(trusted, &there) < 0)
		return err_set(err, errno, "cannot look at %s", path);
	if (here.st_ino != there.st_ino || here.st_dev != there.st_dev)
		return err_say(err, EAGAIN, "%s has just become another directory", path);
	return 0;
}
