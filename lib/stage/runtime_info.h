/* SPDX-License-Identifier: MIT */
/* A runtime that stands in a tree: what has to be known to change or use it. Runs nothing. */
#ifndef BUSYPY_STAGE_RUNTIME_INFO_H
#define BUSYPY_STAGE_RUNTIME_INFO_H

#include <stdbool.h>
#include <stddef.h>

struct arch;
struct err;
struct pyc_runtime;

enum { RUNTIME_INFO_PATH_MAX = 4096, RUNTIME_INFO_NAME_MAX = 256, RUNTIME_INFO_MAX = 16 };

struct runtime_info {
	const struct arch *arch;
	char tree[RUNTIME_INFO_PATH_MAX];
	char usr[RUNTIME_INFO_PATH_MAX], clib[RUNTIME_INFO_PATH_MAX];
	char records[RUNTIME_INFO_PATH_MAX]; /* etc/busypy/<arch>; perhaps not there */
	unsigned minor;			     /* 11 for Python 3.11 */
	char stdlib[RUNTIME_INFO_NAME_MAX];  /* below usr: lib/python3.11 */
	char dist[RUNTIME_INFO_NAME_MAX];    /* below usr, where further modules go: on sys.path */
	char ldso[RUNTIME_INFO_NAME_MAX];    /* below clib; "" for a static interpreter */
	bool musl;			     /* the ld.so is musl's */
	bool needs_rpath;		     /* the ld.so does not search /lib by itself */
};

/* Reads the runtime of arch in a tree (absolute). -ENOENT, -ENOEXEC, ... with a sentence. */
int runtime_info_read(const char *tree, const struct arch *arch, struct runtime_info *ret,
		      struct err *err);

/* The version that the runtime's records have for "python" (its python3) or "libc glibc"; false
 * without. */
bool runtime_info_version(const struct runtime_info *info, const char *what, char *dst,
			  size_t size);

/* The folder of records that etc/busypy/<arch> has for its python3: a Python that came beside
 * another one has its own. -ENAMETOOLONG with a sentence. */
int runtime_info_records(const struct runtime_info *info, char ret[RUNTIME_INFO_PATH_MAX],
			 struct err *err);

/* The runtime as one that could compile; borrows from info. */
struct pyc_runtime runtime_info_compiler(const struct runtime_info *info);

#endif
