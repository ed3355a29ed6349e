/* SPDX-License-Identifier: MIT */
/* The ELF files of a runtime: interpreter, extension modules, ld.so, shared libraries. */
#ifndef BUSYPY_STAGE_BINARIES_H
#define BUSYPY_STAGE_BINARIES_H

#include <stdbool.h>

struct err;
struct manifest;
struct source;

enum { BINARIES_NAME_MAX = 256 };

/* usr has bin/python3.MINOR and the standard library already, as they are in the source. */
struct binaries {
	const struct source *source;
	const char *python; /* the interpreter in the source, canonical */
	const char *stdlib; /* and its standard library, absolute */
	unsigned minor;
	const char *usr, *clib; /* directories of ours */
	bool beside; /* clib has another Python's C library and libraries: only what is not there
			comes in addition */
	struct manifest *manifest; /* receives every file */
};

/* -ENOEXEC with a sentence unless our copy of the interpreter is a program for the arch. */
int binaries_check(const struct binaries *binaries, struct err *err);

/* Copies ld.so and the library closure into clib, flat, and patches what must be patched, there and
 * in usr. ret_ldso is ld.so's file name, "" for a static interpreter. -ENOENT names a missing
 * library and who needs it. */
int binaries_stage(const struct binaries *binaries, char ret_ldso[BINARIES_NAME_MAX],
		   struct err *err);

#endif
