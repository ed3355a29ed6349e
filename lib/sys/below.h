/* SPDX-License-Identifier: MIT */
/* Files below an open directory, by paths on which no link is followed, whoever puts one there
 * meanwhile: to open, read, create, name, rename and remove. Whole trees: base/walk; with
 * sentences: base/folder.
 *
 * A path is relative, of names with slashes between; -EXDEV if it leads out (also by ".."), -ELOOP
 * or -ENOTDIR if one of its components is a link. What is made never had a name before: -EEXIST.
 * All descriptors are close-on-exec. */
#ifndef BUSYPY_SYS_BELOW_H
#define BUSYPY_SYS_BELOW_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/path_size.h"

struct open_how;
struct stat;

/* openat2(2), as often as it takes: it gives up on ".." while the machine renames anything. -ENOSYS
 * or -EPERM where there is none. */
int below_call(int dirfd, const char *path, const struct open_how *how);

/* Opens path below the directory dirfd; flags are open(2)'s but O_CREAT. With O_PATH | O_NOFOLLOW
 * the last component may be a link, and is opened itself. */
int below_open(int dirfd, const char *path, int flags);

/* Opens "/" (O_PATH), and what an absolute path is below it. */
int below_root(void);
const char *below_rest(const char *path);

/* Opens an absolute path so. */
int below_open_root(const char *path, int flags);

/* Opens what a user has named, as open(2) does with every link on the way, and tells the canonical
 * path of what was opened: whatever becomes of the names since. */
int below_open_named(const char *path, int flags, char ret_path[PATH_SIZE]);

/* Opens a regular file for reading: -EINVAL for anything else, which is never opened, nor waited
 * for. */
int below_open_file(int dirfd, const char *path);

/* The same of an absolute path. */
int below_open_regular(const char *path);

/* The same of a path from this process's own directory or root, on which only the last component
 * must be no link. */
int below_open_found(const char *path);

/* Reads such a file, which must end before size bytes, and terminates it; bytes or -errno, -E2BIG
 * if it is larger. */
ssize_t below_read(int dirfd, const char *path, char *buf, size_t size);

/* True for a name in a directory: not "", "." or "..", and without a slash. */
bool below_is_name(const char *name);

/* Opens (O_PATH) the directory that path lies in, for calls that take a name in one; *ret_name is
 * the last component of path. -EINVAL if that is no name: "", "." or "..". */
int below_open_parent(int dirfd, const char *path, const char **ret_name);

/* Makes a file and opens it for reading and writing; mode as open(2), less the umask. */
int below_create(int dirfd, const char *path, mode_t mode);

/* The same of a file of mode 0600 that has no name in the directory dirfd. below_link() gives it
 * one, unless the file system knows no such files: there it had one, which is gone, and the link
 * fails with -ENOENT. */
int below_create_unnamed(int dirfd);

/* The state that a new file of mode 0600 has in the directory dirfd. Its owner is not this user
 * where the file system gives all files to one (a mount of FAT, NFS with all_squash), nor is its
 * mode that where it knows none. */
int below_stat_new(int dirfd, struct stat *ret);

/* Makes a directory of exactly this mode, and opens it for reading. */
int below_mkdir(int dirfd, const char *path, mode_t mode);

/* Opens (O_PATH) the directory path, of which every component that is missing is made so. */
int below_mkdirs(int dirfd, const char *path, mode_t mode);

/* Gives the file fd (also O_PATH, also without a name) a name. */
int below_link(int fd, int dirfd, const char *path);

/* Makes a symbolic link. */
int below_symlink(const char *target, int dirfd, const char *path);

/* lstat(2). */
int below_stat(int dirfd, const char *path, struct stat *ret);

/* The target of a link, terminated; -EINVAL if path is none, -ENAMETOOLONG if size is too small. */
int below_readlink(int dirfd, const char *path, char *ret, size_t size);

/* renameat2(2) with its flags. A link is renamed itself. */
int below_rename(int from_dirfd, const char *from, int to_dirfd, const char *to, unsigned flags);

/* unlinkat(2): flags 0 or AT_REMOVEDIR. */
int below_unlink(int dirfd, const char *path, int flags);

/* Mode of what is no link (-ELOOP). Owner and times of a descriptor, also O_PATH, take fchownat(2)
 * and utimensat(2) with AT_EMPTY_PATH. */
int below_chmod(int dirfd, const char *path, mode_t mode);

/* True if path is a directory, when links on it are followed that stay below dirfd. */
bool below_is_dir(int dirfd, const char *path);

/* True if path, with every link on it, leads out of the directory dirfd; also where the kernel
 * cannot say so. What is not there leads nowhere. */
bool below_leads_out(int dirfd, const char *path);

#endif
