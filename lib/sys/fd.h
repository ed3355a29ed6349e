/* SPDX-License-Identifier: MIT */
/* Descriptors that close themselves, and whole reads and writes. */
#ifndef BUSYPY_SYS_FD_H
#define BUSYPY_SYS_FD_H

#include <stddef.h>
#include <sys/types.h>

/* Closes *fd if it is not negative; keeps errno. For FD_CLEANUP. */
void fd_close(int *fd);

/* Declares a descriptor that is closed when its scope ends. Always initialise it:
 *	FD_CLEANUP int fd = -1;
 * To hand it over, return fd_steal(&fd). */
#define FD_CLEANUP __attribute__((cleanup(fd_close)))

/* Returns *fd and sets it to -1, so that its cleanup does nothing. */
int fd_steal(int *fd);

/* Reads until n bytes or the end of the file; bytes read, or -errno. EINTR is retried. */
ssize_t fd_read_all(int fd, void *buf, size_t n);
/* The same from an offset, which must be given in bytes. */
ssize_t fd_read_at(int fd, void *buf, size_t n, off_t offset);
/* Writes all n bytes; 0 or -errno. */
int fd_write_all(int fd, const void *buf, size_t n);

/* Copies what is left of one open file to the end of another, or, where the file system can, lets
 * the other share all its blocks; to is empty. 0 or -errno. */
int fd_copy(int from, int to);

/* fchmod(2), also of an O_PATH descriptor (but of no link); 0 or -errno. */
int fd_chmod(int fd, mode_t mode);

/* Reads a small regular file, which must end before size bytes, and terminates it; bytes or -errno,
 * -E2BIG if it is larger, -EINVAL for what is no regular file: never waits for one. */
ssize_t fd_read_file(int dirfd, const char *path, char *buf, size_t size);

/* Makes a file and opens it for writing. What has the name already is removed, not opened: it may
 * be a FIFO, on which an open waits, or a link. A descriptor, or -errno. */
int fd_create_anew(const char *path, mode_t mode);

/* Where a link leads, terminated: 0, -ENAMETOOLONG, or -errno. */
int fd_read_link(int dirfd, const char *path, char *ret, size_t size);

enum { FD_PATH_SIZE = 32 };

/* Writes a path by which calls that take none of a descriptor (O_PATH) reach what it refers to:
 * /proc/self/fd/N. */
void fd_path(int fd, char ret[FD_PATH_SIZE]);

/* The kernel's own word for where that is, terminated; 0, -ENAMETOOLONG, or -errno. It is no path
 * where the file has none any more, or is out of this process's root. Needs /proc. */
int fd_where(int fd, char *ret, size_t size);

/* Opens what a descriptor (O_PATH) refers to once more, with these flags of open(2); a descriptor
 * or -errno. Needs /proc. */
int fd_reopen(int fd, int flags);

/* Sets close-on-exec; 0 or -errno. */
int fd_cloexec(int fd);

#endif
