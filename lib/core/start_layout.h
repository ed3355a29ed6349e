/* SPDX-License-Identifier: MIT */
/* Where images of an initialised Python lie, busypy-start(7): below root's START_ROOT, or a user's
 * cache, a folder for each Python that is started so.
 *
 *	KEY/			what it is a sum of: struct start_key
 *	  python3		the restorer, which knows this folder and the interpreter
 *	  KIND.N		image N of this kind (core/start_image)
 *	  wanted		a FIFO: a byte is a kind that somebody lacked
 *	  plain.KIND		why there can be none, in a sandbox's
 *	  about			the tree, and the word of its runtime beside the host, a line each
 *
 * A folder is made once and never changed but by a further image, under its final name. */
#ifndef BUSYPY_CORE_START_LAYOUT_H
#define BUSYPY_CORE_START_LAYOUT_H

#include <stdint.h>

#define START_ROOT "/var/cache/busypy/start"
#define START_BELOW_CACHE "start"
#define START_RUNS_BELOW_CACHE "runs" /* the same for sandboxes: `busypy run --start` */

#define START_RESTORER "python3" /* what the process is called then */
#define START_WANTED "wanted"
#define START_ABOUT "about"

enum {
	START_KEY_SIZE = 17,	 /* hexadecimal, with the NUL */
	START_SERIALS = 2,	 /* images of each kind */
	START_RESTORER_MAX = 64, /* bytes of START_ROOT/KEY/python3, with the NUL */
};

/* What an image is of: all that another one would be needed for, but its kind. */
struct start_key {
	const char *tree, *arch; /* the tree's path: of a version, it ends with the id */
	const char *program;	 /* what the interpreter is called by, where it runs */
	const char *boot; /* boot_id: processor, kernel, and everybody's images are new then */
	uint64_t dev, ino, changed; /* of the interpreter */
	uint64_t made;		    /* when, or 0: tells it from one that is used still */
};

void start_layout_key(const struct start_key *key, char ret[START_KEY_SIZE]);

#endif
