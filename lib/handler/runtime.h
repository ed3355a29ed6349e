/* SPDX-License-Identifier: MIT */
/* The runtime of a tree with `programs = host`: its interpreter and C library at a prefix of their
 * own, beside the host's programs. This file makes one; when, and how long it lives: runtimes.h.
 *
 *	RUNTIME_ROOT/WORD	 link to WORD.d/ld.so.cache: what the copy of ld.so reads, 16 bytes
 *	RUNTIME_ROOT/WORD.d/	 the prefix:
 *	  usr/bin/python3.X	 a copy of the interpreter whose PT_INTERP is WORD.d/ld.so
 *	  usr/bin/python3	 a link to it
 *	  usr/lib, share, local	 links into the tree; whatever else its usr has, but bin
 *	  ld.so			 a copy that can find the tree's libraries only
 *	  ld.so.cache		 format 1.1: the name of each library and its path in the tree
 *	  tree			 a link to the tree
 */
#ifndef BUSYPY_HANDLER_RUNTIME_H
#define BUSYPY_HANDLER_RUNTIME_H

struct arch;
struct err;

#define RUNTIME_ROOT "/run/busypy"
#define RUNTIME_DIR_END ".d"

/* Below WORD.d. */
#define RUNTIME_PROGRAM "usr/bin/python3"
#define RUNTIME_LDSO "ld.so"
#define RUNTIME_CACHE "ld.so.cache"
#define RUNTIME_TREE "tree"

enum { RUNTIME_WORD_SIZE = 5 }; /* 4 characters of 0-9a-z, and the NUL */

struct runtime_request {
	const char *tree; /* canonical path, of one version */
	const struct arch *arch;
	int dir; /* an empty directory on the file system of the runtimes, under a temporary name */
};

struct runtime_result {
	char word[RUNTIME_WORD_SIZE];
};

/* Makes what WORD.d holds, in request->dir, which the caller then renames. The word is of the
 * tree's path, the arch, and the sums of interpreter and ld.so: the same after a reboot. What it
 * makes is the caller's, mode 0755 and 0644, and labelled as the system's programs are (bake.c).
 * Returns 0; -ENOSPC if there is no room; else -errno with a sentence why this tree cannot have a
 * runtime: musl, an ld.so whose paths are not found, no interpreter. On failure what was made so
 * far is left in the directory for the caller to remove. */
int runtime_build(const struct runtime_request *request, struct runtime_result *ret,
		  struct err *err);

#endif
