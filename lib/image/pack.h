/* SPDX-License-Identifier: MIT */
/* A tree, or one arch of it, as one archive: an initramfs or a tar for a server. The same tree
 * gives the same bytes on any host, for any user, from any path, at any time. */
#ifndef BUSYPY_IMAGE_PACK_H
#define BUSYPY_IMAGE_PACK_H

#include <stddef.h>
#include <stdint.h>

struct arch;
struct destination_place;
struct err;
struct folder;
struct listener;

enum pack_format { PACK_CPIO, PACK_TAR, PACK_EROFS };
enum pack_compression { PACK_PLAIN, PACK_GZIP, PACK_ZSTD, PACK_LZ4HC }; /* the last: erofs only */

/* What the report adds up, by what a file is for. */
enum pack_component {
	PACK_INTERPRETER, /* usr/bin of the runtime */
	PACK_STDLIB,	  /* usr/lib/python3.X: .py and data */
	PACK_BYTECODE,	  /* .pyc */
	PACK_EXTENSIONS,  /* lib-dynload */
	PACK_LIBRARIES,	  /* etc/clib */
	PACK_DATA,	  /* usr/share, usr/lib/locale and the rest of the runtime */
	PACK_PROGRAMS,	  /* bin, sbin, site-package */
	PACK_OTHER,
	PACK_COMPONENTS
};

struct pack_size {
	uint64_t files, bytes; /* hard links count once */
};

struct pack_request {
	const char *tree;	     /* canonical */
	const struct folder *folder; /* pack_write's: the tree, opened */
	const struct arch *arch;     /* NULL: all that the tree has (tar only) */
	enum pack_format format;
	enum pack_compression compression;
	const char *output;		       /* written beside and renamed */
	const struct destination_place *place; /* where that is */
	const char *const *left_out;	 /* names of Python modules, NULL at the end; or NULL */
	const struct listener *listener; /* or NULL */
};

/* Static storage: "interpreter", ... */
const char *pack_component_name(enum pack_component component);

/* Writes the archive. For cpio, /init is the arch's init and /dev/console is there. An erofs
 * image is made by mkfs.erofs(1). */
int pack_write(const struct pack_request *request, struct pack_size ret[PACK_COMPONENTS],
	       struct err *err);

#endif
