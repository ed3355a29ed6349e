/* SPDX-License-Identifier: MIT */
/* Kernel modules as files: finding those that are wanted with all that they depend on, by what they
 * say themselves (.modinfo), and copying them uncompressed in the order in which to load them. */
#ifndef BUSYPY_IMAGE_MODULES_H
#define BUSYPY_IMAGE_MODULES_H

#include <stddef.h>

struct arch;
struct err;
struct folder;

struct modules_request {
	const char *from;	 /* a kernel's modules: /lib/modules/VERSION, say */
	const struct arch *arch; /* that they have to be for */
	const char *const
		*names; /* wanted; '-' and '_' are the same. Who is not there is left out */
	size_t n_names;
	const char *const
		*required; /* the same, but -ENOENT if one is neither there nor built in */
	size_t n_required;
	const struct folder *to; /* for the files */
	const char *prefix; /* of their names in the list: the directory's path on the client */
};

/* Copies; *ret_list (caller frees) has one path a line, in load order. -EINVAL with a sentence for
 * another arch, or where two files are the same module. */
int modules_copy(const struct modules_request *request, char **ret_list, struct err *err);

#endif
