/* SPDX-License-Identifier: MIT */
/* The libraries of a runtime beside the host: where its ld.so finds them, and whether one of them
 * would look elsewhere by itself. */
#ifndef BUSYPY_HANDLER_RUNTIME_LIBRARIES_H
#define BUSYPY_HANDLER_RUNTIME_LIBRARIES_H

#include <stddef.h>
#include <stdint.h>

struct arch;
struct err;
struct sha256;

/* Adds all that is below an open directory to a sum: names, links, bytes. 1 if the libraries find
 * one another there alone, so that the sum says what will be loaded; 0 if a link or a search path
 * leads out of it. */
int runtime_libraries_sum(int clib, const char *path, struct sha256 *sha, struct err *err);

/* Makes ld.so's cache (core/ldcache.h) of the directory that is open as clib; path is the absolute
 * one by which they will be found.
 * Returns its bytes, which the caller frees; -E2BIG if there are more libraries than a runtime
 * has. */
int runtime_libraries_cache(int clib, const char *path, const struct arch *arch, uint8_t **ret,
			    struct err *err);

/* What is to be checked. */
struct runtime_checked {
	int dir;	  /* open, and stays so */
	const char *path; /* of dir, for sentences */
	unsigned depth;	  /* how many directories deep it lies in its tree */
	const char *ldso; /* the name of ld.so there, for which nothing is looked up; or NULL */
};

/* 0 if every ELF file below a directory looks for what it needs in the tree alone, elf/inside.
 * -EPERM with a sentence that names the file and what it says. */
int runtime_libraries_check(const struct runtime_checked *checked, struct err *err);

#endif
