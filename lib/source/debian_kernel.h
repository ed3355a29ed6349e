/* SPDX-License-Identifier: MIT */
/* Debian's kernel for an arch, kept in the cache of `busypy stage`: what `busypy boot` starts where
 * no other kernel is named. */
#ifndef BUSYPY_SOURCE_DEBIAN_KERNEL_H
#define BUSYPY_SOURCE_DEBIAN_KERNEL_H

#include <stddef.h>

#include "core/path_size.h"

struct arch;
struct err;
struct listener;

struct debian_kernel_request {
	const struct arch *arch;
	const char *mirror;
	const char *cache;		 /* NULL: the user's default */
	const struct listener *listener; /* or NULL */
};

/* The path of a kernel image (PATH_SIZE bytes). Downloads it where the cache has not the
 * newest one; where the mirror cannot be reached, the one that is cached will do. */
int debian_kernel_find(const struct debian_kernel_request *request, char *ret_path,
		       struct err *err);

/* The folder with the modules of a kernel that debian_kernel_find has found (PATH_SIZE bytes); they
 * come out of its package when they are asked for first. */
int debian_kernel_find_modules(const struct debian_kernel_request *request, const char *image,
			       char *ret_dir, struct err *err);

#endif
