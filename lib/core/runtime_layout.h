/* SPDX-License-Identifier: MIT */
/* Where the runtime of a tree with `programs = host` stands: its interpreter and C library at a
 * prefix of their own, beside the host's programs.
 *
 *	RUNTIME_ROOT/WORD.d/	 the prefix of one tree, and of one version:
 *	  usr/bin/python3.X	 the interpreter, which is BASE.b's python3 by another name
 *	  usr/bin/python3	 a link to it
 *	  usr/bin/python	 what sys.executable names: starts it without the caller's LD_*
 *	  usr/bin/python3.Y	 another one, where the tree has several: BASE.b's python3.Y
 *	  usr/bin/python-3.Y	 what sys.executable names there
 *	  usr/lib, share, local	 links into the tree; whatever else its usr has, but bin
 *	  base			 a link to BASE.b
 *	  ld.so, ld.so.cache	 links to those of BASE.b
 *	  tree			 a link to the tree
 *	RUNTIME_ROOT/BASE	 link to BASE.b/ld.so.cache: what the copy of ld.so reads, 16 bytes
 *	RUNTIME_ROOT/BASE.b/	 what versions of an export share whose interpreter and libraries
 *				 have the same bytes; of a tree that is no version it is its own:
 *	  python3		 a copy of the interpreter whose PT_INTERP is BASE.b/ld.so
 *	  python3.Y		 the same of each other one
 *	  ld.so			 a copy that can find the libraries in clib only
 *	  ld.so.cache		 format 1.1: the name of each library and its path in clib
 *	  clib			 a link to the libraries in tree
 *	  tree			 a link to one of the versions
 *	  key			 the sum of what they share
 */
#ifndef BUSYPY_CORE_RUNTIME_LAYOUT_H
#define BUSYPY_CORE_RUNTIME_LAYOUT_H

#include <stddef.h>

#define RUNTIME_ROOT "/run/busypy"
#define RUNTIME_DIR_END ".d"
#define RUNTIME_BASE_END ".b"

enum { RUNTIME_WORD_SIZE = 5 }; /* WORD or BASE, 4 characters of 0-9a-z, and the NUL */

/* Below WORD.d. */
#define RUNTIME_PROGRAM "usr/bin/python3"
#define RUNTIME_STARTER "usr/bin/python" /* RUNTIME_PROGRAM is this and "3": binfmt/beside */
#define RUNTIME_STARTER_OF "usr/bin/python-3.%u" /* the program is this without the dash */
#define RUNTIME_LDSO "ld.so"
#define RUNTIME_CACHE "ld.so.cache"
#define RUNTIME_TREE "tree"
#define RUNTIME_BASE "base"

/* Stands once in the starter; the copy of a runtime says "no " where `user-site = no`. */
#define RUNTIME_USER_SITE "busypy user-site="
#define RUNTIME_USER_SITE_YES "yes"
#define RUNTIME_USER_SITE_NO "no "

/* Below BASE.b, beside some of the same names. */
#define RUNTIME_CLIB "clib"
#define RUNTIME_KEY "key"

/* Bytes, with the NUL, of a program below WORD.d that a first line can name: SHEBANG_READ and what
 * comes before. */
enum { RUNTIME_PROGRAM_MAX = 256 + sizeof(RUNTIME_ROOT "/.......") + sizeof(RUNTIME_DIR_END) };

/* RUNTIME_ROOT/WORD.d/name; -E2BIG. */
int runtime_layout_path(const char *word, const char *name, char *dst, size_t size);

/* The same of an interpreter that a first line names: /usr/bin/python3 is WORD.d/usr/bin/python3.
 * -ENOENT if it is not below /usr. */
int runtime_layout_program(const char *word, const char *interp, char *dst, size_t size);

#endif
