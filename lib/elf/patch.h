/* SPDX-License-Identifier: MIT */
/* Changes a staged ELF file where a view would not serve it as it is; always a pristine copy. */
#ifndef BUSYPY_ELF_PATCH_H
#define BUSYPY_ELF_PATCH_H

#include <stdbool.h>

struct elf_dynamic;
struct err;

/* What has to change. NULL: stays. rpath "" means: none. */
struct patch {
	char interp[256]; /* "" stays */
	bool set_rpath;
	const char *rpath;
};

/* Decides. needs_rpath: this runtime's ld.so does not search /lib by itself. True if anything has
 * to change. A PT_INTERP directly in /lib or /lib64 and a RUNPATH inside the runtime stay. */
bool patch_wanted(const struct elf_dynamic *file, bool needs_rpath, struct patch *ret);

/* Applies with patchelf(1) and reads the file back to check it. path must be a new copy with one
 * link: patchelf is not idempotent and writes through hard links. */
int patch_apply(const char *path, const struct patch *patch, struct err *err);

/* Redirects ld.so's own /etc paths in the copy at path (core/ldso.h) and reads it back. Returns 1
 * if it changed, 0 if there was nothing to change (musl). *ret_needs_rpath as for patch_wanted. */
int patch_ldso(const char *path, bool musl, bool *ret_needs_rpath, struct err *err);

#endif
