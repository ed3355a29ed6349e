/* SPDX-License-Identifier: MIT */
/* `busypy stage`: puts runtimes into a tree, all that were asked for or none. */
#ifndef BUSYPY_STAGE_STAGE_H
#define BUSYPY_STAGE_STAGE_H

#include <stdbool.h>
#include <stddef.h>

struct arch;
struct err;
struct listener;
struct python_minors;
struct tarball;

enum { STAGE_ARCHS_MAX = 16 };

enum stage_from { STAGE_HOST, STAGE_DEBIAN, STAGE_DIR, STAGE_TAR };

struct stage_request {
	const char *tree;
	enum stage_from from;
	/* STAGE_TAR: an archive for each of archs, and where their C library is from: what is said
	 * of STAGE_DEBIAN and STAGE_DIR is then said of that. */
	struct tarball *tarballs;
	enum stage_from libc;
	const char *dir;     /* STAGE_DIR */
	const char *suite;   /* STAGE_DEBIAN; NULL: what each arch needs */
	const char *mirror;  /* STAGE_DEBIAN */
	const char *cache;   /* STAGE_DEBIAN; NULL: the user's default */
	const char *keyring; /* STAGE_DEBIAN; a file of keys, absolute; NULL: Debian's */
	bool expired;	     /* STAGE_DEBIAN; lists that are no longer valid are taken, too */
	const char *locked;  /* STAGE_DEBIAN; a list of packages; NULL: the newest */
	const char *busybox; /* rescue shell, static; NULL: Debian's, or none */
	/* Which Pythons there shall be, and no others; NULL: those that stand, if they are several,
	 * else the source's own. */
	const struct python_minors *pythons;
	unsigned first;	    /* which of them is python3; 0: as before, else the first one */
	const char *rootfs; /* our own programs; NULL: where they are installed */
	int programs;	    /* enum programs: what the tree says; PROGRAMS_UNSAID: as before */
	int start;	    /* enum start, the same */
	const struct arch *archs[STAGE_ARCHS_MAX];
	size_t n_archs;
	bool force;	/* into a directory that has other things in it */
	bool link_libc; /* make etc/libc's runtimes known as etc/clib's */

	const struct listener *listener; /* or NULL */
};

/* Does it. On failure the tree is as it was. */
int stage_run(const struct stage_request *request, struct err *err);

#endif
