/* SPDX-License-Identifier: MIT */
/* Unpacks an initramfs as a kernel would, into a private directory and without any privilege:
 * archives one after the other, each compressed or not, with early microcode before them. Devices
 * and owners are left out. */
#ifndef BUSYPY_IMAGE_INITRAMFS_H
#define BUSYPY_IMAGE_INITRAMFS_H

#include "core/path_size.h"

struct err;

/* A directory below $TMPDIR that only this user can enter (its path in ret_dir, of
 * PATH_SIZE bytes); initramfs_drop removes it with all in it. Signals that would end the
 * process wait from here to there. */
int initramfs_unpack(const char *image, char *ret_dir, struct err *err);
void initramfs_drop(const char *dir);

#endif
