/* SPDX-License-Identifier: MIT */
/* The mount system calls, one function each, no policy. All return 0 or a descriptor, else -errno.
 * Raw, because musl and older C libraries have no wrappers. mount_setattr(2), open_tree(2). */
#ifndef BUSYPY_SYS_MOUNT_API_H
#define BUSYPY_SYS_MOUNT_API_H

#include <stdbool.h>
#include <stdint.h>

/* A detached clone of what path names below dirfd: one mount, or with recursive all below it.
 * An empty path clones what dirfd itself is. The descriptor is close-on-exec. */
int mount_clone(int dirfd, const char *path, bool recursive);

/* A detached clone of one file by its path, with these MOUNT_ATTR_ flags. */
int mount_clone_file(const char *path, uint64_t attributes);

/* Attaches a detached mount to the directory or file that target is (an O_PATH descriptor). */
int mount_attach(int mount, int target);

/* Sets MOUNT_ATTR_ flags and a propagation (MS_SLAVE, MS_PRIVATE, MS_UNBINDABLE or 0) on what fd
 * is, optionally on all mounts below it. Flags are only ever added. */
int mount_attributes(int fd, uint64_t set, uint64_t propagation, bool recursive);

/* A new, detached file system of this type. options is "key=value,flag,..." or NULL; source is
 * what mount tables show. */
int mount_new(const char *type, const char *source, const char *options, uint64_t attributes);

/* Gives the file system that is mounted at path other options, as of mount_new(). */
int mount_reconfigure(const char *path, const char *options);

/* Makes a file system of this type and lets it go, without a mount: for what that does besides. */
int mount_make(const char *type);

/* Detaches what is mounted at name, one component below dirfd, or an absolute path (dirfd is then
 * AT_FDCWD). Lazily: who has it open keeps it. With a dirfd the working directory changes to it. */
int mount_detach(int dirfd, const char *name);

/* Makes the directory new_root (a mount) the root and detaches the old one, or, on an initramfs
 * root, which cannot be pivoted away, changes root to it. The working directory becomes "/". */
int mount_pivot(int new_root);

/* Changes root, and the working directory, to the directory new_root. */
int mount_chroot(int new_root);

/* Opens an absolute path as O_PATH; -ELOOP if any of its components is a link. */
int open_plain(const char *path);

/* Opens path below dirfd as O_PATH without following any link; extra: O_DIRECTORY or 0. */
int open_beneath(int dirfd, const char *path, int extra);

#endif
