/* SPDX-License-Identifier: MIT */
/* Sees to it that a Python has proven images. */
#ifndef BUSYPY_START_PROVIDE_H
#define BUSYPY_START_PROVIDE_H

#include <stddef.h>
#include <stdint.h>

#include "core/path_size.h"

struct err;
struct start_key;
struct start_python;
struct start_store_keep;

struct start_request_of {
	const struct start_python *python;
	const struct start_key *key;
	const char *word;      /* of its runtime beside the host, or "" */
	const unsigned *kinds; /* of the images */
	size_t n_kinds;
	uint64_t space; /* bytes that the store may take */
	const struct start_store_keep *keep;
};

/* Makes and proves its images; ret (PATH_SIZE bytes) is the path of the restorer. Otherwise nothing
 * is left of them, and the sentence says why scripts start plainly. */
int start_provide(const struct start_request_of *request, char ret[PATH_SIZE], struct err *err);

/* Adds images of one more kind to those of a Python that has some. */
int start_provide_kind(const struct start_python *python, const char *key, unsigned kind,
		       uint64_t space, const struct start_store_keep *keep, struct err *err);

/* For a sandbox: images of the first of its kinds, made where they are not there. ret (PATH_SIZE
 * bytes) is their folder. The reason why there can be none is remembered. */
int start_provide_once(const struct start_request_of *request, char ret[PATH_SIZE],
		       struct err *err);

#endif
