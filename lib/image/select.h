/* SPDX-License-Identifier: MIT */
/* What of a tree is packed: the files of one arch, without the modules that are left out, in the
 * order of their names' bytes. */
#ifndef BUSYPY_IMAGE_SELECT_H
#define BUSYPY_IMAGE_SELECT_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct pack_request;
struct pack_size;
struct stat;

/* A file, directory or link that is packed. */
struct select_file {
	const char *path; /* below the tree */
	int dir;	  /* the open directory that it lies in, and its name there */
	const char *name;
	const struct stat *stat;
	unsigned names; /* that are packed */
	bool seen;	/* it came before under another name */
	int64_t number; /* the same for all names of a file; from 1, in the order of the walk */
};

/* Either may be NULL. Each returns 0 or -errno, which ends the walk. */
struct select_visitor {
	int (*each)(const struct select_file *file, struct err *err, void *ctx);
	/* a path below the tree that is left out with all in it */
	int (*left_out)(const char *path, void *ctx);
	void *ctx;
};

/* Adds up what is packed in ret (PACK_COMPONENTS of them), and shows it to the visitor. Walks by
 * the request's folder; where root walks, every file is held to the rule of owners (sys/trust). */
int select_files(const struct pack_request *request, const struct select_visitor *visitor,
		 struct pack_size *ret, struct err *err);

#endif
