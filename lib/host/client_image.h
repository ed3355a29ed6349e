/* SPDX-License-Identifier: MIT */
/* The initramfs of a client whose root comes over NFS: init and the kernel's modules, no tree. */
#ifndef BUSYPY_CLIENT_IMAGE_H
#define BUSYPY_CLIENT_IMAGE_H

#include <stddef.h>

struct arch;
struct err;

enum { CLIENT_IMAGE_MODULES_MAX = 64 };

struct client_image {
	const struct arch *arch;
	const char *modules;	   /* a kernel's modules: /lib/modules/VERSION, say */
	const char *const *wanted; /* modules besides those that we know to be needed */
	size_t n_wanted;
};

/* Puts its files into a new directory below the user's temporary one, for pack_write(). ret_dir has
 * FILES_PATH_MAX bytes; caller removes it. On failure there is none. */
int client_image_make(const struct client_image *request, char *ret_dir, struct err *err);

#endif
