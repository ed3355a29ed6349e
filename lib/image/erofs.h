/* SPDX-License-Identifier: MIT */
/* A tree, or one arch of it, as a file system in a file, which clients mount. */
#ifndef BUSYPY_IMAGE_EROFS_H
#define BUSYPY_IMAGE_EROFS_H

struct err;
struct pack_request;
struct pack_size;

/* Makes the image as temporary, which may be there after a failure. ret: PACK_COMPONENTS of them.
 * -ENOENT with a sentence if mkfs.erofs(1) is not installed. */
int erofs_write(const struct pack_request *request, const char *temporary, struct pack_size *ret,
		struct err *err);

#endif
