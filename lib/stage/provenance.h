/* SPDX-License-Identifier: MIT */
/* What stands below etc/busypy/<arch>: where a runtime came from, and what was changed in it. */
#ifndef BUSYPY_STAGE_PROVENANCE_H
#define BUSYPY_STAGE_PROVENANCE_H

struct err;
struct manifest;
struct source;

struct provenance {
	const char *dir; /* as of provenance_begin */
	struct source *source;
	struct manifest *manifest;
	unsigned minor;
	const char *version;	 /* of Python, as provenance_begin has found it */
	const char *python;	 /* the staged interpreter */
	const char *clib, *ldso; /* directory, and file in it; "" if static */
};

enum { PROVENANCE_VERSION_MAX = 64 };

/* Writes what readelf says of our copy of the interpreter, which is pristine still, into the new
 * directory dir, and finds its version. */
int provenance_begin(const char *dir, const char *python, unsigned minor,
		     char ret_version[PROVENANCE_VERSION_MAX], struct err *err);

/* Writes sources, versions, licences/, packages, manifest, python3.sha256 and the last two texts of
 * readelf. */
int provenance_write(const struct provenance *provenance, struct err *err);

/* The records in dir are those of one more Python of the runtime that has its own in the folder
 * into: what is said of files, manifest and python3.sha256, goes there, so that it stands in one
 * place. */
int provenance_join(const char *dir, const char *into, struct err *err);

#endif
