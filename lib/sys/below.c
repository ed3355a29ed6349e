/* SPDX-License-Identifier: MIT */
/* openat2(2), and the same in single steps where it is missing or a filter refuses it. */
#include "sys/below.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/path_size.h"
#include "core/str.h"
#include "sys/fd.h"

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
	long fd = syscall(SYS_openat2, dirfd, path, &how, sizeof(how));

	if (fd >= 0)
		return (int)fd;
	if (errno != ENOSYS && errno != EPERM)
		return -errno;
	if (path[0] == '/')
		return -EXDEV;
	if (str_copy(copy, sizeof(copy), path) < 0)
		return -ENAMETOOLONG;
	return open_by_steps(dirfd, copy, flags);
}

int below_open_root(const char *path, int flags)
{
	FD_CLEANUP int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	const char *rest = path + strspn(path, "/");

	if (root < 0)
		return -errno;
	return below_open(root, *rest ? rest : ".", flags);
}

int below_open_regular(const char *path)
{
	FD_CLEANUP int seen = below_open_root(path, O_PATH | O_NOFOLLOW);
	FD_CLEANUP int fd = -1;
	struct stat st;

	if (seen < 0)
		return seen;
	if (fstat(seen, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return S_ISLNK(st.st_mode) ? -ELOOP : -EINVAL;
	/* A fifo or a terminal that stands there by now is neither waited for nor taken. */
	fd = below_open_root(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return -EINVAL;
	return fd_steal(&fd);
}

bool below_leads_out(int dirfd, const char *path)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	FD_CLEANUP int fd = (int)syscall(SYS_openat2, dirfd, path, &how, sizeof(how));

	return fd < 0 && errno != ENOENT && errno != ENOTDIR;
}
