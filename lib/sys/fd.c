/* SPDX-License-Identifier: MIT */
/* Descriptors: closing, whole reads, whole writes. */
#include "sys/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/str.h"

void fd_close(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		(void)close(*fd); /* nothing is left to be told: reads, or writes already checked */
	errno = saved;
}

int fd_steal(int *fd)
{
	int stolen = *fd;

	*fd = -1;
	return stolen;
}

ssize_t fd_read_all(int fd, void *buf, size_t n)
{
	size_t done = 0;

	while (done < n) {
		ssize_t r = read(fd, (char *)buf + done, n - done);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -errno;
		if (r == 0)
			break;
		done += (size_t)r;
	}
	return (ssize_t)done;
}

ssize_t fd_read_at(int fd, void *buf, size_t n, off_t offset)
{
	size_t done = 0;

	while (done < n) {
		ssize_t r = pread(fd, (char *)buf + done, n - done, offset + (off_t)done);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -errno;
		if (r == 0)
			break;
		done += (size_t)r;
	}
	return (ssize_t)done;
}

int fd_write_all(int fd, const void *buf, size_t n)
{
	size_t done = 0;

	while (done < n) {
		ssize_t r = write(fd, (const char *)buf + done, n - done);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -errno;
		done += (size_t)r;
	}
	return 0;
}

int fd_copy(int from, int to)
{
	char bytes[64 * 1024];
	ssize_t n;

	if (lseek(from, 0, SEEK_CUR) == 0 && ioctl(to, FICLONE, from) == 0)
		return 0;
	while ((n = fd_read_all(from, bytes, sizeof(bytes))) > 0) {
		int r = fd_write_all(to, bytes, (size_t)n);

		if (r < 0)
			return r;
	}
	return (int)n;
}

void fd_path(int fd, char ret[FD_PATH_SIZE])
{
	struct text text;

	text_init(&text, ret, FD_PATH_SIZE);
	text_addf(&text, "/proc/self/fd/%d", fd); /* fits */
}

int fd_chmod(int fd, mode_t mode)
{
	char self[FD_PATH_SIZE];

	if (fchmod(fd, mode) == 0)
		return 0;
	if (errno != EBADF)
		return -errno;
	/* FIXME: drop when kernel 6.6 is the oldest we support: fchmodat2(2) */
	fd_path(fd, self);
	return chmod(self, mode) < 0 ? -errno : 0;
}

ssize_t fd_read_file(int dirfd, const char *path, char *buf, size_t size)
{
	FD_CLEANUP int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL; /* a FIFO would never end, a device may do anything */
	n = fd_read_all(fd, buf, size);
	if (n < 0)
		return n;
	if ((size_t)n == size)
		return -E2BIG;
	buf[n] = '\0';
	return n;
}

int fd_create_anew(const char *path, mode_t mode)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
	int fd = open(path, flags, mode);

	if (fd < 0 && errno == EEXIST && unlink(path) == 0)
		fd = open(path, flags, mode);
	return fd < 0 ? -errno : fd;
}

int fd_read_link(int dirfd, const char *path, char *ret, size_t size)
{
	ssize_t n = readlinkat(dirfd, path, ret, size);

	if (n < 0)
		return -errno;
	if ((size_t)n == size)
		return -ENAMETOOLONG;
	ret[n] = '\0';
	return 0;
}

int fd_where(int fd, char *ret, size_t size)
{
	char self[FD_PATH_SIZE];

	fd_path(fd, self);
	return fd_read_link(AT_FDCWD, self, ret, size);
}

int fd_reopen(int fd, int flags)
{
	char self[FD_PATH_SIZE];
	int again;

	fd_path(fd, self);
	again = open(self, flags | O_CLOEXEC);
	return again < 0 ? -errno : again;
}

int fd_cloexec(int fd)
{
	return fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 ? -errno : 0; /* the only such flag */
}
