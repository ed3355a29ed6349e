/* SPDX-License-Identifier: MIT */
/* A tree in a file, made by `busypy pack --format erofs`: on a file server, or in the initramfs. */
#ifndef BUSYPY_DAEMON_INIT_IMAGE_H
#define BUSYPY_DAEMON_INIT_IMAGE_H

struct network;

/* Mounts the file `image` read-only on the directory at, which is made: from the share that the
 * network names, or from the initramfs where that is NULL. Does not return before that has worked.
 */
void image_mount(const struct network *network, const char *image, const char *arch,
		 const char *at);

#endif
