/* SPDX-License-Identifier: MIT */
/* A directory that stands for the kernel's rootfs while an initramfs is unpacked: members are made
 * in it as init/initramfs.c makes them, with links as if it were "/", and without any privilege.
 * Owners and times are left out, its user can read all whatever the mode, and a named pipe stands
 * for a device. */
#ifndef BUSYPY_IMAGE_ROOTFS_H
#define BUSYPY_IMAGE_ROOTFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct cpio_visitor;
struct rootfs;

/* In an empty directory, whose descriptor stays the caller's. What every kernel has inside is made.
 * 0 or -errno. rootfs_free takes NULL. */
int rootfs_new(int dir, struct rootfs **ret);
void rootfs_free(struct rootfs *rootfs);

/* For cpio_init; borrowed. Its calls return -errno only for what this machine cannot do; what the
 * kernel cannot is left out, as there. -E2BIG for more than any rootfs has. */
const struct cpio_visitor *rootfs_visitor(struct rootfs *rootfs);

/* The member that was made last, for sentences; borrowed, "" for none. */
const char *rootfs_last(const struct rootfs *rootfs);

uint64_t rootfs_members(const struct rootfs *rootfs);

/* A file is incomplete where the archive has ended: the kernel keeps it open for writing for ever
 * after. False if there is none. */
bool rootfs_open_file(const struct rootfs *rootfs, dev_t *ret_dev, ino_t *ret_ino);

/* Why a member was left out that would have been path, which is absolute: a negative errno, -ESTALE
 * for a second name of a file whose first is gone; 0 if there was none such. */
int rootfs_lost(const struct rootfs *rootfs, const char *path);

#endif
