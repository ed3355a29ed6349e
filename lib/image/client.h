/* SPDX-License-Identifier: MIT */
/* The initramfs of a client whose root comes over NFS: init and the kernel's modules, no tree. */
#ifndef BUSYPY_IMAGE_CLIENT_H
#define BUSYPY_IMAGE_CLIENT_H

#include <stddef.h>

struct arch;
struct err;
struct pack_request;
struct pack_size;

enum { CLIENT_MODULES_MAX = 64 };

struct client_request {
	const struct arch *arch;
	const char *modules;	   /* a kernel's modules: /lib/modules/VERSION, say */
	const char *const *wanted; /* modules besides those that we know to be needed */
	size_t n_wanted;
};

/* Writes it by pack_write(): pack has the output, compression and progress, the rest is filled in.
 * Its files are put together in the user's temporary directory. */
int client_write(const struct client_request *request, const struct pack_request *pack,
		 struct pack_size *ret_sizes, struct err *err);

#endif
