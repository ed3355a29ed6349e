/* SPDX-License-Identifier: MIT */
/* openat2(2), and the same in single steps where it is missing or a filter refuses it. */
#include "sys/below.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/path_size.h"
#include "core/str.h"
#include "sys/dirs.h"
#include "sys/fd.h"

/* How often a call that says EAGAIN is made again. It does so of a path with ".." (also in a link)
 * whenever the machine renames or mounts anything meanwhile, wherever that is. */
enum { TRIES = 256 };

int below_call(int dirfd, const char *path, const struct open_how *how)
{
	for (unsigned tries = 1;; tries++) {
		long fd = syscall(SYS_openat2, dirfd, path, how, sizeof(*how));

		if (fd >= 0)
			return (int)fd;
		if (errno != EAGAIN || tries == TRIES)
			return -errno;
	}
}

static int open_last(int dir, const char *name, int flags)
{
	FD_CLEANUP int fd = openat(dir, name, flags | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return -errno;
	if ((flags & O_PATH) && !(flags & O_NOFOLLOW) &&
	    (fstat(fd, &st) < 0 || S_ISLNK(st.st_mode)))
		return -ELOOP;
	return fd_steal(&fd);
}

/* rest is cut into its components. */
static int open_by_steps(int dirfd, char *rest, int flags)
{
	FD_CLEANUP int dir = -1;
	int at = dirfd;

	for (;;) {
		char *name = rest + strspn(rest, "/"), *end = name + strcspn(name, "/");
		bool last = !end[strspn(end, "/")];
		int next;

		rest = *end ? end + 1 : end;
		*end = '\0';
		if (str_eq(name, ".."))
			return -EXDEV;
		if (last)
			return open_last(at, *name ? name : ".", flags);
		next = openat(at, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (next < 0)
			return -errno;
		fd_close(&dir);
		dir = at = next;
	}
}

int below_open(int dirfd, const char *path, int flags)
{
	struct open_how how = {
		.flags = (unsigned)(flags | O_CLOEXEC),
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	char copy[PATH_SIZE];
	int fd = below_call(dirfd, path, &how);

	if (fd != -ENOSYS && fd != -EPERM)
		return fd;
	if (path[0] == '/')
		return -EXDEV;
	if (str_copy(copy, sizeof(copy), path) < 0)
		return -ENAMETOOLONG;
	return open_by_steps(dirfd, copy, flags);
}

int below_root(void)
{
	int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

const char *below_rest(const char *path)
{
	path += strspn(path, "/");
	return *path ? path : ".";
}

int below_open_root(const char *path, int flags)
{
	FD_CLEANUP int root = below_root();

	return root < 0 ? root : below_open(root, below_rest(path), flags);
}

int below_open_named(const char *path, int flags, char ret_path[PATH_SIZE])
{
	FD_CLEANUP int fd = open(path, flags | O_CLOEXEC);
	int r;

	if (fd < 0)
		return -errno;
	r = fd_where(fd, ret_path, PATH_SIZE);
	if (r < 0)
		return r;
	/* removed since, or out of this process's root */
	return ret_path[0] == '/' ? fd_steal(&fd) : -ENOENT;
}

int below_open_file(int dirfd, const char *path)
{
	FD_CLEANUP int seen = below_open(dirfd, path, O_PATH | O_NOFOLLOW);
	FD_CLEANUP int fd = -1;
	struct stat st;

	if (seen < 0)
		return seen;
	if (fstat(seen, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return S_ISLNK(st.st_mode) ? -ELOOP : -EINVAL;
	/* A fifo or a terminal that stands there by now is neither waited for nor taken. */
	fd = below_open(dirfd, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return -EINVAL;
	return fd_steal(&fd);
}

ssize_t below_read(int dirfd, const char *path, char *buf, size_t size)
{
	FD_CLEANUP int fd = below_open_file(dirfd, path);
	ssize_t n = fd < 0 ? fd : fd_read_all(fd, buf, size);

	if (n < 0)
		return n;
	if ((size_t)n == size)
		return -E2BIG;
	buf[n] = '\0';
	return n;
}

int below_open_found(const char *path)
{
	FD_CLEANUP int seen = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (seen < 0 || fstat(seen, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return S_ISLNK(st.st_mode) ? -ELOOP : -EINVAL;
	return fd_reopen(seen, O_RDONLY | O_NOCTTY);
}

int below_open_regular(const char *path)
{
	FD_CLEANUP int root = below_root();

	return root < 0 ? root : below_open_file(root, below_rest(path));
}

bool below_is_name(const char *name)
{
	return *name && !strchr(name, '/') && !str_eq(name, ".") && !str_eq(name, "..");
}

int below_open_parent(int dirfd, const char *path, const char **ret_name)
{
	char parent[PATH_SIZE] = ".";
	const char *name = path_base(path);
	int fd;

	if (!below_is_name(name))
		return -EINVAL;
	if (name == path + 1)
		return -EXDEV; /* "/name" */
	if (name != path &&
	    str_copy_bytes(parent, sizeof(parent), path, (size_t)(name - path) - 1) < 0)
		return -ENAMETOOLONG;
	fd = below_open(dirfd, parent, O_PATH | O_DIRECTORY);
	if (fd >= 0)
		*ret_name = name;
	return fd;
}

/* The same without a descriptor more where path is a name in dirfd itself. *opened, -1 before, is
 * to be closed. */
static int find_parent(int dirfd, const char *path, const char **ret_name, int *opened)
{
	if (below_is_name(path)) {
		*ret_name = path;
		return dirfd;
	}
	*opened = below_open_parent(dirfd, path, ret_name);
	return *opened;
}

/* -- to make ---------------------------------------------------------------------------------- */

static int create_in(int dir, const char *name, mode_t mode)
{
	int fd = openat(dir, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);

	return fd < 0 ? -errno : fd;
}

int below_create(int dirfd, const char *path, mode_t mode)
{
	const char *name;
	FD_CLEANUP int opened = -1;
	int parent = find_parent(dirfd, path, &name, &opened);

	return parent < 0 ? parent : create_in(parent, name, mode);
}

int below_create_unnamed(int dirfd)
{
	char name[64];
	struct text text;
	uint64_t number;
	int fd = openat(dirfd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0)
		return fd;
	if (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT)
		return -errno;
	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		return -EIO;
	text_init(&text, name, sizeof(name));
	text_addf(&text, ".busypy.%llx", (unsigned long long)number); /* fits */
	fd = create_in(dirfd, name, 0600);
	if (fd >= 0 && unlinkat(dirfd, name, 0) < 0) {
		int r = -errno;

		fd_close(&fd);
		return r;
	}
	return fd;
}

int below_stat_new(int dirfd, struct stat *ret)
{
	FD_CLEANUP int fd = below_create_unnamed(dirfd);

	if (fd < 0)
		return fd;
	return fstat(fd, ret) < 0 ? -errno : 0;
}

/* True if this process may have made the directory. */
static bool is_own(int dir, const struct stat *st)
{
	struct stat fresh;

	return st->st_uid == geteuid() ||
	       (below_stat_new(dir, &fresh) == 0 && fresh.st_uid == st->st_uid);
}

static int mkdir_in(int dir, const char *name, mode_t mode)
{
	FD_CLEANUP int fd = -1;
	struct stat st;

	if (mkdirat(dir, name, 0700) < 0)
		return -errno;
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	/* who put another there meanwhile does not get its mode changed */
	if (dirs_empty(fd) != 1 || !is_own(fd, &st))
		return -EAGAIN;
	return fchmod(fd, mode) < 0 ? -errno : fd_steal(&fd);
}

int below_mkdir(int dirfd, const char *path, mode_t mode)
{
	const char *name;
	FD_CLEANUP int opened = -1;
	int parent = find_parent(dirfd, path, &name, &opened);

	return parent < 0 ? parent : mkdir_in(parent, name, mode);
}

/* Opens a directory; makes it if it is missing. */
static int into(int dir, const char *name, mode_t mode)
{
	int fd = below_open(dir, name, O_PATH | O_DIRECTORY);

	if (fd != -ENOENT)
		return fd;
	fd = mkdir_in(dir, name, mode);
	return fd == -EEXIST ? below_open(dir, name, O_PATH | O_DIRECTORY) : fd;
}

int below_mkdirs(int dirfd, const char *path, mode_t mode)
{
	FD_CLEANUP int dir = below_open(dirfd, ".", O_PATH | O_DIRECTORY);
	char copy[PATH_SIZE];

	if (path[0] == '/')
		return -EXDEV;
	if (str_copy(copy, sizeof(copy), path) < 0)
		return -ENAMETOOLONG;
	for (char *rest = copy, *name; dir >= 0 && (name = strsep(&rest, "/"));) {
		int next;

		if (!*name)
			continue;
		next = into(dir, name, mode);
		fd_close(&dir);
		dir = next;
	}
	return fd_steal(&dir);
}

int below_link(int fd, int dirfd, const char *path)
{
	const char *name;
	FD_CLEANUP int opened = -1;
	int parent = find_parent(dirfd, path, &name, &opened);
	char self[FD_PATH_SIZE];

	if (parent < 0)
		return parent;
	/* asks for a capability (ENOENT), before Linux 6.10 also of who has opened it */
	if (linkat(fd, "", parent, name, AT_EMPTY_PATH) == 0)
		return 0;
	if (errno != ENOENT)
		return -errno;
	fd_path(fd, self);
	return linkat(AT_FDCWD, self, parent, name, AT_SYMLINK_FOLLOW) < 0 ? -errno : 0;
}

int below_symlink(const char *target, int dirfd, const char *path)
{
	const char *name;
	FD_CLEANUP int opened = -1;
	int parent = find_parent(dirfd, path, &name, &opened);

	if (parent < 0)
		return parent;
	return symlinkat(target, parent, name) < 0 ? -errno : 0;
}

/* -- to look at and change -------------------------------------------------------------------- */

int below_stat(int dirfd, const char *path, struct stat *ret)
{
	FD_CLEANUP int fd = below_open(dirfd, path, O_PATH | O_NOFOLLOW);

	if (fd < 0)
		return fd;
	return fstat(fd, ret) < 0 ? -errno : 0;
}

int below_readlink(int dirfd, const char *path, char *ret, size_t size)
{
	FD_CLEANUP int fd = below_open(dirfd, path, O_PATH | O_NOFOLLOW);
	int r;

	if (fd < 0)
		return fd;
	r = fd_read_link(fd, "", ret, size);
	return r == -ENOENT ? -EINVAL : r; /* no link */
}

int below_rename(int from_dirfd, const char *from, int to_dirfd, const char *to, unsigned flags)
{
	const char *old, *new;
	FD_CLEANUP int from_opened = -1, to_opened = -1;
	int from_dir = find_parent(from_dirfd, from, &old, &from_opened);
	int to_dir = find_parent(to_dirfd, to, &new, &to_opened);

	if (from_dir < 0 || to_dir < 0)
		return from_dir < 0 ? from_dir : to_dir;
	return syscall(SYS_renameat2, from_dir, old, to_dir, new, flags) < 0 ? -errno : 0;
}

int below_unlink(int dirfd, const char *path, int flags)
{
	const char *name;
	FD_CLEANUP int opened = -1;
	int parent = find_parent(dirfd, path, &name, &opened);

	if (parent < 0)
		return parent;
	return unlinkat(parent, name, flags) < 0 ? -errno : 0;
}

int below_chmod(int dirfd, const char *path, mode_t mode)
{
	FD_CLEANUP int fd = below_open(dirfd, path, O_PATH | O_NOFOLLOW);
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	return S_ISLNK(st.st_mode) ? -ELOOP : fd_chmod(fd, mode);
}

bool below_is_dir(int dirfd, const char *path)
{
	struct open_how how = {
		.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	FD_CLEANUP int fd = below_call(dirfd, path, &how);

	if (fd == -ENOSYS || fd == -EPERM)
		fd = below_open(dirfd, path, O_PATH | O_DIRECTORY);
	return fd >= 0;
}

bool below_leads_out(int dirfd, const char *path)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	FD_CLEANUP int fd = below_call(dirfd, path, &how);

	return fd < 0 && fd != -ENOENT && fd != -ENOTDIR;
}
