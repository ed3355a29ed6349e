/* SPDX-License-Identifier: MIT */
/* What Python's distributions need and a tree lacks, by their Requires-Dist and for each runtime.
 * What `busypy check` and `busypy add` say of it is decided here. */
#ifndef BUSYPY_CHECK_NEEDS_H
#define BUSYPY_CHECK_NEEDS_H

#include <stddef.h>

struct arch;
struct dist;
struct dists;

enum { NEEDS_TEXT_MAX = 512 };

/* A runtime, as markers see it. */
struct needs_runtime {
	const struct arch *arch;
	unsigned minor;
	const char *version; /* "3.11.2" */
};

/* Told of each: what is the sentence's end, "needs x>=2, which is not there". */
typedef void needs_fn(const struct dist *dist, const struct arch *arch, const char *what,
		      void *ctx);

/* Calls each for what one distribution with a RECORD needs of a runtime that programs there do not
 * find among all; extras and URLs are not asked for. */
void needs_find(const struct dists *all, const struct dist *dist,
		const struct needs_runtime *runtime, needs_fn *each, void *ctx);

/* The first of n archs for which a distribution is not there that another has in its runtime;
 * NULL if all have it. */
const struct arch *needs_lacking(const struct dists *all, const struct dist *dist,
				 const struct arch *const *archs, size_t n);

#endif
