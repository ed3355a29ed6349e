/* SPDX-License-Identifier: MIT */
/* The manifest of a version: every file, directory and link but the manifest and the record
 * themselves, in the order of their paths' bytes. */
#ifndef BUSYPY_EXPORT_MANIFEST_H
#define BUSYPY_EXPORT_MANIFEST_H

#include <stddef.h>

struct err;
struct folder;
struct trust;
struct version_line;

/* Lines in memory. Initialise with { 0 }. */
struct version_manifest {
	struct version_line *lines;
	size_t n, room;
};

/* Adds a line; its texts are copied. */
int version_manifest_add(struct version_manifest *manifest, const struct version_line *line,
			 struct err *err);
void version_manifest_free(struct version_manifest *manifest);
#define VERSION_MANIFEST_CLEANUP __attribute__((cleanup(version_manifest_free)))

/* Sorts the lines and returns them as text of *ret_n bytes; -EEXIST with a sentence if a path is
 * there twice. Caller frees. */
int version_manifest_text(struct version_manifest *manifest, char **ret_text, size_t *ret_n,
			  struct err *err);

/* Reads a version's manifest; the sum of the file must be the record's. */
int version_manifest_read(const struct folder *version, struct version_manifest *ret,
			  struct err *err);

/* A short look at a version: its manifest is the one that was recorded, and all that it names is
 * there, of its type and size. -EBADMSG with a sentence that names the first path that is not;
 * -EPERM for one that the rule of owners (sys/trust) does not hold for. */
int version_manifest_look(const struct folder *version, const struct trust *trust, struct err *err);

/* Compares a complete version with its manifest: nothing is missing, nothing is there besides,
 * every mode and byte is right. -EBADMSG with a sentence that names the first path that differs. */
int version_manifest_verify(const struct folder *version, struct err *err);

#endif
