/* SPDX-License-Identifier: MIT */
/* The record of a runtime's binary inputs: what each one was before anything was changed. */
#ifndef BUSYPY_STAGE_MANIFEST_H
#define BUSYPY_STAGE_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct owners;

struct manifest_file {
	char *path;   /* in the view: /usr/bin/python3.11, /lib/libc.so.6 */
	char *source; /* canonical path in the source's sysroot */
	uint64_t size;
	char sum[65]; /* SHA-256 of the pristine file */
	bool patched; /* the staged file differs from it */
};

/* Initialise with { 0 }. */
struct manifest {
	struct manifest_file *files;
	size_t n_files, room;
};

/* Adds a file whose pristine bytes are at real, an exact path. */
int manifest_add(struct manifest *manifest, const char *path, const char *source, const char *real,
		 bool patched, struct err *err);

/* Notes that the file added last was patched. */
void manifest_patched(struct manifest *manifest);

/* One line per file, sorted by path: "SHA256 SIZE PATH ORIGIN as-is|patched". ORIGIN is
 * PACKAGE=VERSION, or kind:SOURCE where no package is known. Caller frees *ret. */
int manifest_text(struct manifest *manifest, const struct owners *owners, const char *kind,
		  char **ret, struct err *err);

/* Writes that to a new file. */
int manifest_write(struct manifest *manifest, const struct owners *owners, const char *kind,
		   const char *to, struct err *err);

/* Writes a text of lines that begin with the same number of words: those of text, and those of old
 * (a file; need not be there) whose word number key, counted from 0, text does not have; sorted by
 * that word. What manifests and lists of packages are changed with. */
int manifest_merge(const char *old, const char *text, unsigned key, const char *to,
		   struct err *err);

void manifest_free(struct manifest *manifest);

#endif
