/* SPDX-License-Identifier: MIT */
/* A tree as a cpio archive or a tar, compressed or not. */
#ifndef BUSYPY_IMAGE_ARCHIVE_WRITER_H
#define BUSYPY_IMAGE_ARCHIVE_WRITER_H

struct err;
struct pack_request;
struct pack_size;

/* Writes the archive to a descriptor. ret: PACK_COMPONENTS of them. */
int archive_writer_write(const struct pack_request *request, int fd, struct pack_size *ret,
			 struct err *err);

#endif
