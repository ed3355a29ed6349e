/* SPDX-License-Identifier: MIT */
/* A Python in a tar archive, as python-build-standalone lays it out: python/bin/python3.X and
 * python/lib, or python/install/..., and no C library. */
#ifndef BUSYPY_SOURCE_TARBALL_H
#define BUSYPY_SOURCE_TARBALL_H

#include "core/path_size.h"

struct arch;
struct err;

struct tarball {
	const char *path; /* borrowed */
	const struct arch *arch;
	const char *prefix; /* of the names in it: "python/" or "python/install/" */
	char sum[65];	    /* SHA-256 in hexadecimal; after tarball_extract */
};

/* Reads an archive until its interpreter. -ENOENT, -ENOEXEC, -EIO, ... with a sentence. */
int tarball_look(const char *path, struct tarball *ret, struct err *err);

/* Extracts its bin/python3* and its lib to usr in dir, which is made. What stands elsewhere in the
 * archive is left out; a path that leads out ends it. */
int tarball_extract(struct tarball *tarball, const char *dir, struct err *err);

#endif
