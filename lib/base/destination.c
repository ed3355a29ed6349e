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

#include "base/files.h"
#include "core/arch.h"
#include "core/destination.h"
#include "core/err.h"
#include "core/export_layout.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "sys/dirs.h"
#include "sys/fd.h"

/* -- where it is ---------------------------------------------------------------------------- */

/* The components of rest, each with a slash before it, follow dir. */
static int append(char *dir, const char *path, const char *rest, struct err *err)
{
	struct text text = { .data = dir, .used = strlen(dir), .size = PATH_SIZE };

	for (const char *s = rest; *s;) {
		size_t n = strcspn(s, "/");

		if (n == 2 && s[0] == '.' && s[1] == '.')
			return err_say(err, EINVAL, "%s: '..' after what is not there", path);
		if (n && !(n == 1 && s[0] == '.'))
			text_addf(&text, "%s%.*s", str_eq(dir, "/") ? "" : "/", (int)n, s);
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

/* The path without links; what does not exist of it is taken as it is. */
static int resolve(const char *path, char ret[PATH_SIZE], struct err *err)
{
	size_t n = strlen(path);
	char there[PATH_SIZE];
	struct stat st;

	if (!n || str_copy(there, sizeof(there), path) < 0)
		return err_set(err, n ? ENAMETOOLONG : ENOENT, "'%.64s'", path);
	while (!realpath(n ? there : ".", ret)) {
		/* a link that leads nowhere is there, and would be followed */
		if (!n || errno != ENOENT || lstat(there, &st) == 0)
			return err_set(err, errno, "%s", path);
		n = without_last(path, n);
		there[n] = '\0';
	}
	return append(ret, path, path + n, err);
}

/* -- whose it is ---------------------------------------------------------------------------- */

static bool same(const struct stat *a, const char *path)
{
	struct stat b;

	return stat(path, &b) == 0 && a->st_dev == b.st_dev && a->st_ino == b.st_ino;
}

/* A directory may be mounted in a second place, where its name says nothing. */
static const char *find_mounted(const char *real, bool *ret_within)
{
	size_t n, n_systems;
	const struct destination_system *systems = destination_systems(&n_systems);
	char at[PATH_SIZE];
	struct stat st;

	(void)str_copy(at, sizeof(at), real); /* as long */
	*ret_within = false;
	for (n = strlen(at); n > 1; n = without_last(at, n), at[n] = '\0', *ret_within = true) {
		if (stat(at, &st) < 0)
			continue; /* to be made */
		if (same(&st, "/dev/shm"))
			return NULL;
		for (size_t i = 0; i < n_systems; i++) {
			if ((systems[i].whole || !*ret_within) && same(&st, systems[i].path))
				return systems[i].path;
		}
	}
	return NULL;
}

static bool is_home(const char *real)
{
	const char *own = getenv("HOME");
	struct passwd *entry;
	struct stat st;
	FILE *file;
	bool found;

	if (stat(real, &st) < 0)
		return false;
	found = own && *own == '/' && same(&st, own);
	file = found ? NULL : fopen("/etc/passwd", "re");
	while (file && !found && (entry = fgetpwent(file)))
		found = entry->pw_dir[0] == '/' && same(&st, entry->pw_dir);
	if (file)
		(void)fclose(file); /* only read from */
	return found;
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
	    (kind == DESTINATION_EXPORT && has(dir, EXPORT_VERSIONS)))
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

static int look(const char *path, unsigned kind, enum destination_content *ret, struct err *err)
{
	FD_CLEANUP int fd = -1;
	struct stat st;
	int r = 0;

	*ret = DESTINATION_ABSENT;
	if (stat(path, &st) < 0)
		return errno == ENOENT ? 0 : err_set(err, errno, "%s", path);
	*ret = DESTINATION_OTHER;
	if (kind == DESTINATION_FILE ? !S_ISREG(st.st_mode) : !S_ISDIR(st.st_mode))
		return kind == DESTINATION_FILE ? 0 : err_set(err, ENOTDIR, "%s", path);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return err_set(err, errno, "cannot read %s", path);
	if (kind == DESTINATION_FILE)
		*ret = is_image(fd) ? DESTINATION_OURS : DESTINATION_OTHER;
	else
		r = look_into(fd, kind, ret);
	return r < 0 ? err_set(err, -r, "cannot read %s", path) : 0;
}

int destination_check(const char *path, unsigned kind, unsigned flags, struct err *err)
{
	char real[PATH_SIZE];
	struct destination destination = { .given = path, .real = real };
	int r = resolve(path, real, err);

	if (r < 0)
		return r;
	if (!path_canonical(real))
		return err_say(err, EINVAL, "%s: cannot tell where that is", path);
	destination.system = destination_system(real, &destination.within);
	if (!destination.system)
		destination.system = find_mounted(real, &destination.within);
	destination.home = is_home(real);
	/* whose it is counts first, whatever is in it */
	r = destination_judge(&destination, (enum destination_kind)kind, DESTINATION_FORCE, err);
	if (r < 0)
		return r;
	r = look(path, kind, &destination.content, err);
	if (r < 0)
		return r;
	return destination_judge(&destination, (enum destination_kind)kind, flags, err);
}
