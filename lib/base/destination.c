/* SPDX-License-Identifier: MIT */
/* Follows links, compares devices and inodes, reads passwd(5), looks for the marks of a tree. */
#include "base/destination.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/export_mark.h"
#include "base/files.h"
#include "base/fsplace.h"
#include "core/arch.h"
#include "core/destination.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "sys/dirs.h"
#include "sys/fd.h"

/* -- where it is ---------------------------------------------------------------------------- */

static bool is_file(unsigned kind)
{
	return kind == DESTINATION_FILE || kind == DESTINATION_LOG;
}

/* The components of rest follow dir, each with a slash before it, but for the first of all. */
static int append(char *dir, const char *path, const char *rest, struct err *err)
{
	struct text text = { .data = dir, .used = strlen(dir), .size = PATH_SIZE };

	for (const char *s = rest; *s;) {
		size_t n = strcspn(s, "/");

		if (n == 2 && s[0] == '.' && s[1] == '.')
			return err_say(err, EINVAL, "%s: '..' after what is not there", path);
		if (n && !(n == 1 && s[0] == '.'))
			text_addf(&text, "%s%.*s", !*dir || str_eq(dir, "/") ? "" : "/", (int)n, s);
		s += n + strspn(s + n, "/");
	}
	return text_check(&text) < 0 ? err_set(err, ENAMETOOLONG, "%s", path) : 0;
}

/* How much of path is left without its last component: "a/b/" -> "a", "/a" -> "/", "a" -> "". */
static size_t without_last(const char *path, size_t n)
{
	while (n > 1 && path[n - 1] == '/')
		n--;
	while (n && path[n - 1] != '/')
		n--;
	while (n > 1 && path[n - 1] == '/')
		n--;
	return n;
}

/* Opens what exists of the first n bytes of path, which are cut; what does not is taken as it is,
 * and becomes rest. */
static int open_existing(const char *path, size_t n, struct destination_place *ret, struct err *err)
{
	char there[PATH_SIZE];
	struct stat st;

	if (str_copy_bytes(there, sizeof(there), path, n) < 0)
		return err_set(err, ENAMETOOLONG, "'%.64s'", path);
	while ((ret->fd = open(n ? there : ".", O_PATH | O_CLOEXEC)) < 0) {
		/* a link that leads nowhere is there, and would be followed */
		if (!n || errno != ENOENT || lstat(there, &st) == 0)
			return err_set(err, errno, "%s", path);
		n = without_last(path, n);
		there[n] = '\0';
	}
	return append(ret->rest, path, path + n, err);
}

/* A file's place is the directory that it lies in, and its name. */
static int locate(const char *path, unsigned kind, struct destination_place *ret, struct err *err)
{
	size_t n = strlen(path), whole = n;
	struct stat st;
	int r;

	*ret = (struct destination_place){ .fd = -1 };
	if (!n)
		return err_set(err, ENOENT, "''");
	while (whole > 1 && path[whole - 1] == '/')
		whole--;
	if (is_file(kind) && whole == n && path[n - 1] != '.')
		n = without_last(path, n);
	r = open_existing(path, n, ret, err);
	if (r < 0)
		return r;
	if (*ret->rest && (fstat(ret->fd, &st) < 0 || !S_ISDIR(st.st_mode)))
		return err_set(err, ENOTDIR, "%s", path);
	return fsplace_path(ret->fd, ret->path) < 0
		       ? err_say(err, EINVAL, "%s: cannot tell where that is", path)
		       : 0;
}

/* -- whose it is ---------------------------------------------------------------------------- */

static bool same(const struct stat *a, const char *path)
{
	struct stat b;

	return stat(path, &b) == 0 && a->st_dev == b.st_dev && a->st_ino == b.st_ino;
}

static int place_of(const char *path, const char *mounts, struct fsplace *ret)
{
	FD_CLEANUP int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fsplace_of(fd, mounts, ret);
}

/* A directory, or one above it, may be mounted in a second place, where its name says nothing. */
static const char *find_mounted(const struct destination_place *place, bool *ret_within)
{
	size_t n;
	const struct destination_system *systems = destination_systems(&n);
	FILES_FREE char *mounts = fsplace_mounts();
	struct fsplace at, system;
	bool is_new = *place->rest;

	if (!mounts || fsplace_of(place->fd, mounts, &at) < 0)
		return NULL;
	/* memory that users share, although below /dev */
	if (place_of("/dev/shm", mounts, &system) == 0 && fsplace_in(&at, &system, ret_within) &&
	    (*ret_within || is_new))
		return NULL;
	for (size_t i = 0; i < n; i++) {
		if (place_of(systems[i].path, mounts, &system) < 0 ||
		    !fsplace_in(&at, &system, ret_within))
			continue;
		*ret_within = *ret_within || is_new;
		if (systems[i].whole || !*ret_within)
			return systems[i].path;
	}
	return NULL;
}

/* By passwd(5), and, for who is in no file but in a directory of users, by the owner. */
static bool is_home(const struct stat *st)
{
	const char *own = getenv("HOME");
	struct passwd *entry;
	FILE *file;
	bool found = own && *own == '/' && same(st, own);

	file = found ? NULL : fopen("/etc/passwd", "re");
	while (file && !found && (entry = fgetpwent(file)))
		found = entry->pw_dir[0] == '/' && same(st, entry->pw_dir);
	if (file)
		(void)fclose(file); /* only read from */
	entry = found || st->st_uid == 0 ? NULL : getpwuid(st->st_uid);
	return found || (entry && entry->pw_dir[0] == '/' && same(st, entry->pw_dir));
}

/* Whose users nobody can name (of another machine, say), their folders still lie in /home. */
static bool is_like_home(int dir, const struct stat *st, enum destination_content content)
{
	struct stat above;

	return fstatat(dir, "..", &above, 0) == 0 && same(&above, "/home") &&
	       (content == DESTINATION_OTHER || (st->st_uid != 0 && st->st_uid != geteuid()));
}

/* -- what is in it -------------------------------------------------------------------------- */

static bool has(int dir, const char *name)
{
	return faccessat(dir, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* A host has etc/busypy, too, for its configuration. Some trees call etc/clib etc/libc. */
static bool is_tree(int dir)
{
	static const char *const folders[] = { TREE_INFO, TREE_PYTHON, TREE_CLIB, "etc/libc" };
	const size_t kinds = sizeof(folders) / sizeof(folders[0]);
	size_t n;
	const struct arch *table = arch_table(&n);

	for (size_t i = 0; i < kinds * n; i++) {
		char path[128];

		if (path_join(path, sizeof(path), folders[i % kinds], table[i / kinds].name) == 0 &&
		    has(dir, path))
			return true;
	}
	return has(dir, TREE_SELFTEST) || has(dir, TREE_STAGING);
}

static bool is_record(const char *name)
{
	return (str_starts(name, "console.") && str_ends(name, ".log")) ||
	       (str_starts(name, "smoke.") && str_ends(name, ".txt"));
}

/* A new file system has a lost+found. 0 or -errno: what cannot be read is not empty. */
static int look_into(int dir, unsigned kind, enum destination_content *ret)
{
	struct dirs dirs;
	const char *name;
	int r;

	*ret = DESTINATION_OURS;
	if ((kind == DESTINATION_TREE && is_tree(dir)) ||
	    (kind == DESTINATION_EXPORT && export_mark_is(dir)))
		return 0;
	*ret = DESTINATION_EMPTY;
	dirs_begin(&dirs, dir);
	while ((r = dirs_next(&dirs, &name)) > 0) {
		if (kind == DESTINATION_RECORD && is_record(name)) {
			*ret = DESTINATION_OURS;
			return 0;
		}
		if (!str_eq(name, "lost+found"))
			*ret = DESTINATION_OTHER;
	}
	return r;
}

/* True if an image can begin so: empty, cpio, tar, gzip, zstd, xz, lz4, EROFS. */
static bool is_image(int fd)
{
	static const struct {
		size_t at, n;
		const char *bytes;
	} marks[] = {
		{ 0, 5, "07070" },
		{ 257, 5, "ustar" },
		{ 0, 2, "\x1f\x8b" },
		{ 0, 4, "\x28\xb5\x2f\xfd" },
		{ 0, 6,
		  "\xfd"
		  "7zXZ\0" },
		{ 0, 4, "\x04\x22\x4d\x18" },
		{ 0, 4, "\x02\x21\x4c\x18" },
		{ 1024, 4, "\xe2\xe1\xf5\xe0" },
	};
	char head[1028];
	ssize_t n = fd_read_all(fd, head, sizeof(head));

	for (size_t i = 0; n > 0 && i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (marks[i].at + marks[i].n <= (size_t)n &&
		    memcmp(head + marks[i].at, marks[i].bytes, marks[i].n) == 0)
			return true;
	}
	return n == 0;
}

static int look_at_file(int dir, const char *name, unsigned kind, enum destination_content *ret)
{
	FD_CLEANUP int fd = -1;
	struct stat st;

	*ret = DESTINATION_ABSENT;
	if (fstatat(dir, name, &st, kind == DESTINATION_LOG ? AT_SYMLINK_NOFOLLOW : 0) < 0)
		return errno == ENOENT ? 0 : -errno;
	*ret = DESTINATION_OTHER;
	if (!S_ISREG(st.st_mode))
		return 0;
	if (kind == DESTINATION_LOG) {
		*ret = st.st_uid == geteuid() && st.st_nlink == 1 ? DESTINATION_OURS
								  : DESTINATION_OTHER;
		return 0;
	}
	fd = openat(dir, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (S_ISREG(st.st_mode) && is_image(fd))
		*ret = DESTINATION_OURS;
	return 0;
}

static int look_at_dir(int dir, unsigned kind, enum destination_content *ret)
{
	FD_CLEANUP int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : look_into(fd, kind, ret);
}

/* -- both ------------------------------------------------------------------------------------- */

/* Where it is, without links: a file's name may be one. */
static int find_real(const struct destination_place *place, const char *path, unsigned kind,
		     char ret[PATH_SIZE], struct err *err)
{
	FD_CLEANUP int fd = -1;
	struct stat st;

	if (is_file(kind) && *place->rest) {
		fd = openat(place->fd, place->rest, O_PATH | O_CLOEXEC);
		if (fd >= 0)
			return fsplace_path(fd, ret) < 0
				       ? err_say(err, EINVAL, "%s: cannot tell where that is", path)
				       : 0;
		if (errno != ENOENT ||
		    fstatat(place->fd, place->rest, &st, AT_SYMLINK_NOFOLLOW) == 0)
			return err_set(err, errno, "%s", path);
	}
	memcpy(ret, place->path, PATH_SIZE);
	return append(ret, path, place->rest, err);
}

static int look(const struct destination_place *place, const char *path, unsigned kind,
		struct destination *destination, struct err *err)
{
	int dir = place->fd, r = 0;
	struct stat st;

	if (fstat(dir, &st) < 0)
		return err_set(err, errno, "%s", path);
	if (is_file(kind))
		r = *place->rest ? look_at_file(dir, place->rest, kind, &destination->content) : 0;
	else if (*place->rest)
		destination->content = DESTINATION_ABSENT;
	else if (!S_ISDIR(st.st_mode))
		return err_set(err, ENOTDIR, "%s", path);
	else
		r = look_at_dir(dir, kind, &destination->content);
	if (r < 0)
		return err_set(err, -r, "cannot read %s", path);
	destination->home = !*place->rest && is_like_home(dir, &st, destination->content);
	return 0;
}

int destination_check_place(const struct destination_place *place, const char *given, unsigned kind,
			    unsigned flags, struct err *err)
{
	char real[PATH_SIZE];
	struct destination destination = { .given = given,
					   .real = real,
					   .content = DESTINATION_OTHER };
	struct stat st;
	int r = find_real(place, given, kind, real, err);

	if (r < 0)
		return r;
	destination.system = destination_system(real, &destination.within);
	if (!destination.system)
		destination.system = find_mounted(place, &destination.within);
	destination.home = !*place->rest && fstat(place->fd, &st) == 0 && is_home(&st);
	/* whose it is counts first, whatever is in it */
	r = destination_judge(&destination, (enum destination_kind)kind, DESTINATION_FORCE, err);
	if (r < 0)
		return r;
	r = look(place, given, kind, &destination, err);
	if (r < 0)
		return r;
	return destination_judge(&destination, (enum destination_kind)kind, flags, err);
}

void destination_close(struct destination_place *place)
{
	fd_close(&place->fd);
	place->fd = -1;
}

int destination_open(const char *path, unsigned kind, unsigned flags, struct destination_place *ret,
		     struct err *err)
{
	int r = locate(path, kind, ret, err);

	if (r == 0)
		r = destination_check_place(ret, path, kind, flags, err);
	if (r < 0)
		destination_close(ret);
	return r;
}

int destination_check(const char *path, unsigned kind, unsigned flags, struct err *err)
{
	DESTINATION_CLEANUP struct destination_place place = DESTINATION_NOWHERE;

	return destination_open(path, kind, flags, &place, err);
}
