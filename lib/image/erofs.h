/* SPDX-License-Identifier: MIT */
/* A tree, or one arch of it, as a file system in a file, which clients mount. */
#ifndef BUSYPY_IMAGE_EROFS_H
#define BUSYPY_IMAGE_EROFS_H

struct err;
struct pack_request;
struct pack_size;

/* A file to be made: a name in an open directory that is nobody else's, and the path by which a
 * program that inherits the directory finds it. */
struct erofs_file {
	int dir;
	const char *name, *path;
};

/* Makes the image, which may be there after a failure. ret: PACK_COMPONENTS of them. mkfs.erofs(1)
 * goes by the tree's path: where root packs, nobody else can change what is on it, or
 * select_files() refuses. -ENOENT with a sentence if it is not installed. */
int erofs_write(const struct pack_request *request, const struct erofs_file *file,
		struct pack_size *ret, struct err *err);

#endif
