/* SPDX-License-Identifier: MIT */
/* What stands below etc/busypy/<arch>: where a runtime came from, and what was changed in it. */
#ifndef BUSYPY_STAGE_PROVENANCE_H
#define BUSYPY_STAGE_PROVENANCE_H

struct err;
struct manifest;
struct source;

struct provenance {
	const char *dir; /* is created */
	struct source *source;
	struct manifest *manifest;
	unsigned minor;
	const char *python_before, *python_after; /* the pristine and the staged interpreter */
	const char *clib, *ldso;		  /* directory, and file in it; "" if static */
};

/* Writes sources, versions, licences/, packages, manifest, python3.sha256 and the four texts of
 * readelf. */
int provenance_write(const struct provenance *provenance, struct err *err);

#endif
