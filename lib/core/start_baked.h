/* SPDX-License-Identifier: MIT */
/* What the restorer must know of the place it lies in: filled into a copy of the program, as the
 * contract is into loader and enter, since it is started exactly as the interpreter would be. */
#ifndef BUSYPY_CORE_START_BAKED_H
#define BUSYPY_CORE_START_BAKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In two halves, so that programs that look for it do not find themselves. */
#define START_BAKED_MAGIC_A "BusyPy-s"
#define START_BAKED_MAGIC_B "tart-1\n"

enum { START_BAKED_VERSION = 1, START_PATH_SIZE = 256, START_LOCALE_SIZE = 32, START_ID_SIZE = 64 };

enum start_baked_flags {
	START_BAKED_WATCH = 1 << 0 /* compare each file that an image was made of: a tree that is
				    * edited in place. Else only those that a plain start opens. */
};

struct start_baked {
	char magic[16];
	uint32_t size;
	uint32_t version;
	uint32_t serials; /* images of a kind are KIND.0 to KIND.(serials - 1) */
	uint32_t flags;
	char folder[START_PATH_SIZE];	   /* of the images; absolute, as the process sees it */
	char interpreter[START_PATH_SIZE]; /* what is executed instead, at any doubt */
	char program[START_PATH_SIZE];	   /* what images were made as: argv[0] of the maker */
	char locale[START_LOCALE_SIZE];	   /* the machine's own, of START_LOCALE_MACHINE, or "" */
	char id[START_ID_SIZE];		   /* of the tree's version; an image names the same */
};

/* The only one in a program of n bytes, 8-aligned; NULL if there is none, or more. */
struct start_baked *start_baked_find(void *program, size_t n);

/* True if it was filled in, and each text ends: absolute paths, and at least one image a kind. */
bool start_baked_valid(const struct start_baked *baked);

#endif
