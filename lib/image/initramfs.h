/* SPDX-License-Identifier: MIT */
/* Unpacks an initramfs as a kernel would (init/initramfs.c, of Linux 6.1 to 6.18), into a private
 * directory: members one after the other, each compressed or not, as far as the kernel gets. */
#ifndef BUSYPY_IMAGE_INITRAMFS_H
#define BUSYPY_IMAGE_INITRAMFS_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct rootfs;
struct tempdir;

struct initramfs {
	struct tempdir *folder;
	const char *dir;       /* its path; only this user can enter it */
	const char *message;   /* the kernel's "Initramfs unpacking failed: ...", or NULL */
	uint64_t at;	       /* where in the image what it fails at begins, in bytes */
	const char *near;      /* what that is, and how to make what the kernel takes; or NULL */
	struct rootfs *rootfs; /* what was unpacked before: it stays */
	bool crashes;	       /* the kernel itself may, so the folder is empty */
};

/* initramfs_drop removes the directory with all in it; not to be called where this failed. That the
 * kernel fails is no failure. */
int initramfs_unpack(const char *image, struct initramfs *ret, struct err *err);
void initramfs_drop(struct initramfs *initramfs);

/* Adds to a sentence about path, which is missing, why it is: what the kernel failed at, or that
 * the member has no folder to lie in. */
void initramfs_explain(const struct initramfs *initramfs, const char *image, const char *path,
		       struct err *why);

#endif
